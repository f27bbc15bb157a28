// Runs a study in a process of its own, so that a test can kill it: node child-study.mjs DB TRIALS TECHNIQUE [WORKERS]

import { fileURLToPath } from 'node:url';
import { createTechnique, loadTechniques, openSqliteStore, runStudy } from 'supersam';
import { mixedProblem } from '../../dist/src/testing/problems.js';

const [db, trials, technique, workers = '1'] = process.argv.slice(2);
const registry = await loadTechniques([fileURLToPath(new URL('../../dist/techniques', import.meta.url))]);
const store = openSqliteStore(db);
const { space, oracle } = mixedProblem;
/** With workers, results come in another order than asked. */
const slow = async (configuration, context) => {
  await new Promise((resolve) => setTimeout(resolve, workers === '1' ? 2 : (context.trial * 7) % 12));
  return oracle.measure(configuration, context);
};
await runStudy({
  name: 'killed',
  space,
  oracle: { ...oracle, measure: slow },
  technique: createTechnique(technique, registry),
  techniqueSpec: technique,
  objectives: [
    { metric: 'error', direction: 'min' },
    { metric: 'yield', direction: 'max' },
  ],
  seed: 5,
  store,
  resume: true,
  budget: { trials: Number(trials) },
  workers: Number(workers),
  onTrial: ({ number }) => process.stdout.write(`${number}\n`),
});
store.close();

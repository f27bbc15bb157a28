// Runs a study in a process of its own, so that a test can kill it: node child-study.mjs DB TRIALS TECHNIQUE [WORKERS]

import { fileURLToPath } from 'node:url';
import { createTechnique, loadTechniques, openSqliteStore, runStudy } from 'supersam';
import { choiceSpace } from '../../dist/src/testing/choice-space.js';

const [db, trials, technique, workers = '1'] = process.argv.slice(2);
const axis = [0, 1, 2, 3, 4, 5, 6];
const registry = await loadTechniques([fileURLToPath(new URL('../../dist/techniques', import.meta.url))]);
const store = openSqliteStore(db);
const oracle = {
  name: 'bowl',
  metrics: ['error', 'yield'],
  fingerprint: async () => ({}),
  async measure(configuration, { trial }) {
    await new Promise((resolve) => setTimeout(resolve, workers === '1' ? 2 : (trial * 7) % 12));
    const values = Object.values(configuration);
    const error = values.reduce((sum, value, i) => sum + (value - 4) ** 2 * (i + 1), 0);
    return { state: 'complete', metrics: { error, yield: values[0] + values[1] / 3 } };
  },
};
await runStudy({
  name: 'killed',
  space: choiceSpace({ a: axis, b: axis, c: axis, d: axis }),
  oracle,
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

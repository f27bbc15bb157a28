// Records a search with every part of every trial, for replay.mjs: a supernet's images.
// npm run build && node test/bench/racing/record.mjs MODEL SPACE.json TRIALS SEED OUT.json

import { writeFileSync } from 'node:fs';
import { createMemoryStore, createTechnique, DEFAULT_TECHNIQUE, loadSpace, loadTechniques, runStudy } from 'supersam';
import { openSupernetOracle } from 'supersam/sam';

const [model, spaceFile, trials, seed, out] = process.argv.slice(2);
const space = await loadSpace(spaceFile);
const oracle = await openSupernetOracle(model, {});
const techniques = await loadTechniques([new URL('../../../dist/techniques', import.meta.url).pathname]);
const recorded = [];
const write = () =>
  writeFileSync(out, JSON.stringify({ weights: oracle.parts.weights, seed: Number(seed), trials: recorded }));
await runStudy({
  name: 'recorded',
  space,
  technique: createTechnique(DEFAULT_TECHNIQUE, techniques),
  // A race without rivals is never lost.
  oracle: {
    ...oracle,
    measure: (configuration, { race, ...context }) =>
      oracle.measure(configuration, { ...context, race: { ...race, rivals: [] } }),
  },
  objectives: [
    { metric: 'meanIou', direction: 'max' },
    { metric: 'encoderParameters', direction: 'min' },
  ],
  seed: Number(seed),
  race: 0.05,
  store: createMemoryStore(),
  budget: { trials: Number(trials) },
  onTrial: ({ parts, metrics: found }) => {
    const byPart = [];
    for (const [i, part] of parts.order.entries()) byPart[part] = parts.values.meanIou[i];
    recorded.push({ encoderParameters: found.encoderParameters, meanIou: byPart });
    write();
  },
});
await oracle.close();

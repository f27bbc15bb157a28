// What a search gains from a study of the same space on another device: hardware-aware transformers, latency and size.
// npm run build && node test/bench/transfer.mjs [TABLES (../shared/tables)] [SEEDS (10)] [TRIALS (50)]

import {
  compileSpace,
  createMemoryStore,
  createTechnique,
  DEFAULT_TECHNIQUE,
  loadTechniques,
  parseSpace,
  runStudy,
} from 'supersam';
import { hypervolume } from 'supersam/kit';
import { hat } from './tasks/hat.mjs';

const [tables = '../shared/tables', seeds = 10, trials = 50] = process.argv
  .slice(2)
  .map((word, i) => (i === 0 ? word : Number(word)));
const techniques = await loadTechniques([new URL('../../dist/techniques', import.meta.url).pathname]);
const tasks = hat(tables).map(({ name, space, reference, module: { data, code } }) => ({
  name,
  reference,
  space: compileSpace(parseSpace(JSON.stringify(space), name)),
  measure: new Function('data', code.replace('export default', 'return'))(data),
}));
const objectives = [
  { metric: 'latency', direction: 'min' },
  { metric: 'size', direction: 'max' },
];
const run = ({ space, measure }, seed, extra = {}) =>
  runStudy({
    ...{ name: 's', space, seed, objectives, store: createMemoryStore(), budget: { trials } },
    technique: createTechnique(DEFAULT_TECHNIQUE, techniques),
    oracle: {
      ...{ name: 'hat', metrics: ['latency', 'size'], fingerprint: async () => ({}) },
      measure: async (configuration) => ({ state: 'complete', metrics: measure({ configuration }) }),
    },
    ...extra,
  });
const volumes = ({ trials: told }, [latency]) =>
  told.map((_, i) =>
    hypervolume(
      told.slice(0, i + 1).map(({ values }) => [values[0], -values[1]]),
      [latency, 0],
    ),
  );
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

for (const [from, to] of [
  [1, 2],
  [2, 1],
]) {
  const reached = [];
  const shares = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const prior = (await run(tasks[from], 1000 + seed)).trials;
    const alone = volumes(await run(tasks[to], seed), tasks[to].reference);
    const helped = volumes(await run(tasks[to], seed, { prior }), tasks[to].reference);
    const at = helped.findIndex((volume) => volume >= alone.at(-1));
    reached.push(at < 0 ? Infinity : at + 1);
    shares.push([10, 20, trials].map((n) => helped[n - 1] / alone[n - 1]));
  }
  const gains = [0, 1, 2].map((i) => median(shares.map((share) => share[i])).toFixed(4));
  console.log(
    `${tasks[from].name} -> ${tasks[to].name}: the hypervolume of ${trials} trials alone after ${reached.join(' ')} (median ${median(reached)}); hypervolume over that alone after 10, 20 and all: ${gains.join(' ')}`,
  );
}

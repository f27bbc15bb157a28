// Races recorded configurations in many searches, each in an order of configurations and parts of its own: how often one was
// stopped that would have been on the front, and how many parts were measured.
// npm run build && node test/bench/racing/replay.mjs RECORDED.json|synthetic [SEARCHES (200)] [RISK (0.05)] [OBJECTIVES (2)]

import { readFileSync } from 'node:fs';
import {
  createMemoryStore,
  createRng,
  createTechnique,
  loadTechniques,
  measureInParts,
  runStudy,
  space as spaceOf,
} from 'supersam';
import { hypervolume } from 'supersam/kit';

const [source = 'synthetic', searches = 200, risk = 0.05, count = 2] = process.argv
  .slice(2)
  .map((word, i) => (i === 0 ? word : Number(word)));
const { weights, trials } = source === 'synthetic' ? synthetic() : JSON.parse(readFileSync(source, 'utf8'));
const techniques = await loadTechniques([new URL('../../../dist/techniques', import.meta.url).pathname]);
const space = spaceOf('recorded')
  .integer('trial', 0, trials.length - 1)
  .compile();
const parts = { weights, ranges: { meanIou: [0, 1] } };
const total = weights.reduce((sum, weight) => sum + weight, 0);
const objectives = [
  { metric: 'meanIou', direction: 'max' },
  { metric: 'encoderParameters', direction: 'min' },
].slice(0, count);
const truth = trials.map(({ meanIou, encoderParameters }) =>
  [-meanIou.reduce((sum, value, part) => sum + weights[part] * value, 0) / total, encoderParameters].slice(0, count),
);
const reference = [0, Math.max(...truth.map(([, size]) => size))].slice(0, count);
const whole = hypervolume(truth, reference);

let [wrong, stopped, measured, all, most] = [0, 0, 0, 0, 0];
const volumes = [];
for (let seed = 1; seed <= searches; seed++) {
  const { trials: told, front } = await runStudy({
    ...{ name: 's', space, seed, store: createMemoryStore(), race: risk, budget: { trials: trials.length } },
    technique: createTechnique('random', techniques),
    objectives,
    oracle: {
      ...{ name: 'recorded', metrics: ['meanIou', 'encoderParameters'], parts, fingerprint: async () => ({}) },
      analyze: ({ trial }) => ({ encoderParameters: trials[trial].encoderParameters }),
      measure: ({ trial }, context) =>
        measureInParts(parts, context, async (part) => ({ meanIou: trials[trial].meanIou[part] })),
    },
  });
  const finished = [];
  let mistakes = 0;
  for (const { configuration, state, parts: seen } of told) {
    const own = truth[configuration.trial];
    if (state === 'complete') finished.push(own);
    else if (!finished.some((other) => other.every((loss, i) => loss <= own[i]))) mistakes++;
    if (state === 'pruned') stopped++;
    measured += seen.order.length;
    all += weights.length;
  }
  most = Math.max(most, mistakes);
  if (mistakes > 0) wrong++;
  volumes.push(
    hypervolume(
      front.map(({ configuration }) => truth[configuration.trial]),
      reference,
    ) / whole,
  );
}
console.log(`${searches} searches of ${trials.length} configurations of ${weights.length} parts, risk ${risk}`);
console.log(
  `searches with one stopped that belonged on the front: ${wrong} (${wrong / searches}); at most ${most} in one`,
);
console.log(
  `stopped: ${(stopped / searches).toFixed(1)} a search; parts measured: ${(measured / all).toFixed(3)} of all`,
);
console.log(`hypervolume: at least ${Math.min(...volumes).toFixed(4)} of that of all measured whole`);

/** Many configurations that are nearly equal, with scores that are mostly high and sometimes fall to the ground. */
function synthetic() {
  const rng = createRng('racing');
  const clip = (value) => Math.min(1, Math.max(0, value));
  const images = Array.from({ length: 40 }, () => 0.85 + 0.08 * rng.normal());
  return {
    weights: images.map(() => rng.int(1, 8)),
    trials: Array.from({ length: 100 }, () => {
      const skill = 0.02 * rng.normal() - (rng.float() < 0.3 ? 0.15 : 0);
      const meanIou = images.map((image) => (rng.float() < 0.03 ? 0 : clip(image + skill + 0.04 * rng.normal())));
      return { encoderParameters: rng.int(1, 20), meanIou };
    }),
  };
}

// Races recorded configurations in many searches, each in an order of configurations and parts of its own: how often one was
// stopped that would have been on the front, how many parts were measured, and how many no race can do without.
// npm run build && node test/bench/racing/replay.mjs RECORDED.json|synthetic|answers [SEARCHES (200)] [RISK (0.05)] [OBJECTIVES (2)] [PARTS]
// PARTS: so many, drawn with replacement from those there are, as if more of their kind had been recorded.

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
import { leastParts } from './least-parts.mjs';

const [source = 'synthetic', searches = 200, risk = 0.05, count = 2, wanted = 0] = process.argv
  .slice(2)
  .map((word, i) => (i === 0 ? word : Number(word)));
const made = { synthetic, answers }[source];
const { weights, trials } = moreParts(made === undefined ? JSON.parse(readFileSync(source, 'utf8')) : made(), wanted);
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

let [wrong, stopped, measured, all, most, dominated, least, leastSo] = [0, 0, 0, 0, 0, 0, 0, 0];
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
  for (const [n, { configuration, state, parts: seen }] of told.entries()) {
    const own = truth[configuration.trial];
    if (state === 'complete') finished.push(own);
    else if (!finished.some((other) => other.every((loss, i) => loss <= own[i]))) mistakes++;
    if (state === 'pruned') stopped++;
    measured += seen.order.length;
    const rivals = told
      .slice(0, n)
      .map((trial) => truth[trial.configuration.trial])
      .filter((other) => other.every((loss, i) => loss <= own[i]));
    if (rivals.length > 0) dominated++;
    const room = Math.min(...rivals.map(([loss]) => 1 + loss));
    const rooms = trials[configuration.trial].meanIou.map((value, part) => (weights[part] / total) * (1 - value));
    least += rivals.length === 0 ? weights.length : leastParts(rooms, room, risk);
    leastSo += rivals.length === 0 ? weights.length : leastParts(rooms, room, seen.risk);
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
console.log(
  `dominated when measured: ${(dominated / searches).toFixed(1)} a search; parts that no race can do without: ${(least / all).toFixed(3)} of all, ${(leastSo / all).toFixed(3)} where each trial takes the risk that it took`,
);
console.log(`hypervolume: at least ${Math.min(...volumes).toFixed(4)} of that of all measured whole`);

function moreParts(recorded, wanted) {
  if (wanted === 0) return recorded;
  const rng = createRng('parts');
  const chosen = Array.from({ length: wanted }, () => rng.int(0, recorded.weights.length - 1));
  return {
    weights: chosen.map((part) => recorded.weights[part]),
    trials: recorded.trials.map((trial) => ({ ...trial, meanIou: chosen.map((part) => trial.meanIou[part]) })),
  };
}

/** Configurations that answer 200 questions right or wrong. */
function answers() {
  const rng = createRng('answers');
  const easy = Array.from({ length: 200 }, () => 1.2 + rng.normal());
  return {
    weights: easy.map(() => 1),
    trials: Array.from({ length: 100 }, () => {
      const skill = 2 * rng.float();
      const meanIou = easy.map((one) => (one - skill + 0.5 * rng.normal() > 0 ? 1 : 0));
      return { encoderParameters: rng.int(1, 20), meanIou };
    }),
  };
}

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

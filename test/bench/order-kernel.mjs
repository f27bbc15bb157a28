// How well a Gaussian process over orders ranks what is near the best: its five distances together, each alone, and coordinates.
// npm run build && node test/bench/order-kernel.mjs TASKS burma14,oliver30,nug12,ta001 6
// TASKS as test/bench/tasks/build.mjs writes it. 15 random orders and 45 mutants of the best so far are told; the rank correlation
// of prediction and truth is over 80 others, two moves away from one of the best five. The mean over the seeds.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileSpace } from 'supersam';
import { createGaussianProcess, createRng, fitHyperparameters } from 'supersam/kit';

const WAYS = ['places', 'neighbours', 'successors', 'precedences', 'shifts'];
const [folder, tasks, seeds] = process.argv.slice(2);

for (const task of tasks.split(',')) {
  const file = (name) => join(folder, task, name);
  const space = compileSpace(JSON.parse(readFileSync(file('space.json'), 'utf8')));
  const { default: measure } = await import(pathToFileURL(resolve(file('oracle.mjs'))).href);
  const cost = async (configuration) => Object.values(await measure({ configuration }))[0];
  const sums = new Map();
  for (let seed = 1; seed <= Number(seeds); seed++) {
    for (const [name, value] of await correlations(space, cost, createRng('off', seed))) {
      sums.set(name, (sums.get(name) ?? 0) + value / seeds);
    }
  }
  console.log(task, Object.fromEntries([...sums].map(([name, mean]) => [name, Number(mean.toFixed(3))])));
}

async function correlations(space, cost, rng) {
  const told = [];
  const tell = async (configuration) => told.push({ configuration, cost: await cost(configuration) });
  const best = (count) => told.toSorted((a, b) => a.cost - b.cost).slice(0, count);
  for (let i = 0; i < 15; i++) await tell(space.sample(rng));
  for (let i = 0; i < 45; i++) await tell(space.mutate(best(1)[0].configuration, { rate: 1 }, rng));
  const others = Array.from({ length: 80 }, (_, i) =>
    space.mutate(space.mutate(best(5)[i % 5].configuration, { rate: 1 }, rng), { rate: 1 }, rng),
  );
  const truth = await Promise.all(others.map(cost));
  const rows = Float64Array.from(told.flatMap(({ configuration }) => space.encode(configuration)));
  const targets = standardized(told.map((each) => each.cost));
  const score = (features, logs) => {
    const process = createGaussianProcess(features, logs, rows, targets);
    return rankCorrelation(
      others.map((configuration) => process.predict(space.encode(configuration)).mean),
      truth,
    );
  };
  const coordinates = space.features.map(({ isPlace, ...feature }) => feature);
  const likeliest = (features) => fitHyperparameters(features, rows, targets, { evaluations: 100 });
  // Relevance 2 of one distance and next to none of the others, both parts of the kernel at a half, noise 1e-4.
  const alone = (way) => [
    ...WAYS.map((each) => (each === way ? Math.log(2) : -20)),
    Math.log(0.5),
    Math.log(0.5),
    -9.2,
  ];
  return [
    ['coordinates', score(coordinates, likeliest(coordinates))],
    ['all five', score(space.features, likeliest(space.features))],
    ...WAYS.map((way) => [way, score(space.features, alone(way))]),
  ];
}

function standardized(numbers) {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length);
  return Float64Array.from(numbers, (x) => (x - mean) / deviation);
}

function rankCorrelation(a, b) {
  const ranks = (numbers) => {
    const order = [...numbers.keys()].sort((i, j) => numbers[i] - numbers[j]);
    return numbers.map((_, i) => order.indexOf(i) - (numbers.length - 1) / 2);
  };
  const [x, y] = [ranks(a), ranks(b)];
  const dot = (left, right) => left.reduce((sum, value, i) => sum + value * right[i], 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

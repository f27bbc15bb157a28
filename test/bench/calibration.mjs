// Whether a Gaussian process is as far off as it says, where several objectives are searched: the mean of z² = (truth - mean)² / variance.
// npm run build && node test/bench/calibration.mjs TASKS zdt1-6-11,nas-bench-macro-flops 3
// TASKS as test/bench/tasks/build.mjs writes it. Sixty trials of NSGA-II are told; the truth is that of 40 mutants of their front.
import { join } from 'node:path';
import { createMemoryStore, createTechnique, loadTechniques, runStudy } from 'supersam';
import { createGaussianProcess, createRng, fitHyperparameters, front, learningSet, losses } from 'supersam/kit';
import { openTaskOracle, readTask } from './read-task.mjs';

const [folder, tasks, seeds] = process.argv.slice(2);
const SPEC = 'nsga2:population=10';
const registry = await loadTechniques();

for (const name of tasks.split(',')) {
  const task = await readTask(join(folder, name));
  const { space, objectives } = task;
  const oracle = await openTaskOracle(task);
  const means = [];
  for (let seed = 1; seed <= Number(seeds); seed++)
    means.push(await zSquared({ name, space, objectives, oracle, seed }));
  console.log(name, Object.fromEntries(objectives.map(({ metric }, k) => [metric, means.map((mean) => mean[k])])));
}

async function zSquared({ name, space, objectives, oracle, seed }) {
  const study = { name, space, objectives, oracle, seed, techniqueSpec: SPEC, store: createMemoryStore() };
  const { trials } = await runStudy({ ...study, technique: createTechnique(SPEC, registry), budget: { trials: 60 } });
  const set = learningSet({ space, objectives, trials });
  const complete = trials.filter(({ values }) => values !== null);
  const told = complete.map(({ values }) => losses(values, objectives));
  const elites = front(told).map((i) => complete[i].configuration);
  const known = new Set(trials.map(({ configuration }) => space.key(configuration)));
  const rng = createRng('calibration', seed);
  const others = [];
  for (let attempt = 0; attempt < 200 && others.length < 40; attempt++) {
    const configuration = space.mutate(rng.pick(elites), { rate: 0.2 }, rng);
    const { metrics } = await oracle.measure(configuration, { signal: new AbortController().signal });
    if (metrics === undefined || known.has(space.key(configuration))) continue;
    const values = objectives.map(({ metric }) => metrics[metric]);
    others.push({ row: set.inputs.encode(configuration), losses: losses(values, objectives) });
  }
  return set.samples(60).map(({ rows, targets }, k) => {
    const { features } = set.inputs;
    const process = createGaussianProcess(
      features,
      fitHyperparameters(features, rows, targets, { evaluations: 80 }),
      rows,
      targets,
    );
    const scale = scaleOf(
      told.map((point) => point[k]),
      targets,
    );
    const squares = others.map((other) => {
      const { mean, variance } = process.predict(other.row);
      return (scale(other.losses[k]) - mean) ** 2 / variance;
    });
    return Number((squares.reduce((sum, z) => sum + z, 0) / squares.length).toFixed(2));
  });
}

/** The scale of the targets, read off the losses told: straight between them and beyond. */
function scaleOf(given, targets) {
  const order = [...given.keys()].sort((i, j) => given[i] - given[j]);
  const points = order.map((i) => [given[i], targets[i]]).filter(([x], i, all) => i === 0 || x > all[i - 1][0]);
  return (loss) => {
    const above = points.findIndex(([x]) => x >= loss);
    const to = above < 0 ? points.length - 1 : Math.max(1, above);
    const [[x0, y0], [x1, y1]] = [points[to - 1], points[to]];
    return y0 + ((y1 - y0) * (loss - x0)) / (x1 - x0);
  };
}

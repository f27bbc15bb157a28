// Many studies in one process, without a database: how near techniques come to the best of a table.
// npm run build && node test/bench/front-share.mjs --tasks FOLDER/NAME,…,CACHE.json.gz --techniques default,tpe --seeds 10 --trials 100 --out FILE.jsonl
// FOLDER as test/bench/tasks/build.mjs writes it (tables only); a .json.gz is a cache file of Kernel Tuner; FOLDER/NAME~KIND~SEED is a table of which a rule leaves
// a part (tasks/masks.mjs says which rules there are). One line a study; those that FILE has are not run
// again. `at`: after so many trials 1 - (best - least) / (median - least) with one objective; with several the share of the
// table's hypervolume up to a tenth beyond the ends of its front (or to the quartile of the table, where that is farther out), which outliers do not move.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import {
  compileSpace,
  createMemoryStore,
  createTechnique,
  DEFAULT_TECHNIQUE,
  loadTechniques,
  runStudy,
} from 'supersam';
import { hypervolume } from 'supersam/kit';
import { masked } from './tasks/masks.mjs';

const CHECKPOINTS = [25, 30, 40, 50, 60, 80, 100, 200];
const { values: options } = parseArgs({
  options: Object.fromEntries(
    ['tasks', 'techniques', 'seeds', 'trials', 'out'].map((name) => [name, { type: 'string' }]),
  ),
});
const [seeds, trials] = [Number(options.seeds), Number(options.trials)];
const registry = await loadTechniques();
const tasks = options.tasks.split(',').map((text) => {
  const [path, kind, seed] = text.split('~');
  const task = path.endsWith('.gz') ? kernel(path) : built(path);
  return prepare(kind === undefined ? task : masked(task, kind, seed));
});
const lines = existsSync(options.out) ? readFileSync(options.out, 'utf8').trim().split('\n').filter(Boolean) : [];
const key = ({ task, technique, seed, trials }) => [task, technique, seed, trials].join();
const done = new Set(lines.map((line) => key(JSON.parse(line))));

for (let seed = 1; seed <= seeds; seed++) {
  for (const task of tasks) {
    for (const technique of options.techniques.split(',')) {
      const row = { task: task.name, technique, seed, trials };
      if (done.has(key(row))) continue;
      appendFileSync(options.out, `${JSON.stringify({ ...row, ...(await study(task, technique, seed)) })}\n`);
    }
  }
}

async function study({ name, space, objectives, names, rows, share }, technique, seed) {
  const spec = technique === 'default' ? DEFAULT_TECHNIQUE : technique;
  const { trials: told } = await runStudy({
    ...{ name, space, objectives, seed, techniqueSpec: spec, store: createMemoryStore(), budget: { trials } },
    technique: createTechnique(spec, registry),
    oracle: {
      name: 'table',
      metrics: objectives.map(({ metric }) => metric),
      fingerprint: async () => ({}),
      measure: async (configuration) => {
        const values = rows.get(JSON.stringify(names.map((parameter) => configuration[parameter])));
        if (values === undefined) return { state: 'infeasible' };
        return {
          state: 'complete',
          metrics: Object.fromEntries(objectives.map(({ metric }, k) => [metric, values[k]])),
        };
      },
    },
  });
  const steps = CHECKPOINTS.filter((step) => step <= trials);
  const measured = (step) => told.slice(0, step).flatMap(({ values }) => (values === null ? [] : [values]));
  return {
    at: Object.fromEntries(steps.map((step) => [step, share(measured(step))])),
    unmeasured: Object.fromEntries(steps.map((step) => [step, step - measured(step).length])),
  };
}

/** With `share`, of measured values. */
function prepare(task) {
  const signs = task.objectives.map(({ direction }) => (direction === 'max' ? -1 : 1));
  const lossesOf = (list) => list.map((values) => values.map((value, k) => signs[k] * value));
  const all = lossesOf([...task.rows.values()]);
  const quantile = (k, q) => all.map((losses) => losses[k]).sort((a, b) => a - b)[Math.floor(q * (all.length - 1))];
  const space = compileSpace(task.space);
  if (signs.length === 1) {
    const [least, median] = [quantile(0, 0), quantile(0, 0.5)];
    const best = (list) => lossesOf(list).reduce((min, [loss]) => Math.min(min, loss), median);
    return { ...task, space, share: (list) => 1 - (best(list) - least) / (median - least) };
  }
  const front = all.filter(
    (a) => !all.some((b) => b !== a && b.every((x, k) => x <= a[k]) && b.some((x, k) => x < a[k])),
  );
  const reference = signs.map((_, k) => {
    const [low, high] = [Math.min, Math.max].map((pick) => pick(...front.map((losses) => losses[k])));
    return Math.max(high + 0.1 * (high - low), quantile(k, 0.25));
  });
  const whole = hypervolume(front, reference);
  return { ...task, space, share: (list) => hypervolume(lossesOf(list), reference) / whole };
}

function built(folder) {
  const read = (file) => readFileSync(join(folder, file), 'utf8');
  const [task, space] = [JSON.parse(read('task.json')), JSON.parse(read('space.json'))];
  const objectives = task.objectives.map((text) => {
    const [, metric, direction] = /^(.*):(min|max)$/.exec(text);
    return { metric, direction };
  });
  const [header, ...cells] = read('table.csv')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const names = space.parameters.map(({ name }) => name);
  const typed = ({ choices }, cell) => choices?.find((choice) => String(choice) === cell) ?? Number(cell);
  const rows = new Map();
  for (const row of cells) {
    const cell = (name) => row[header.indexOf(name)];
    if ((cell('state') ?? 'complete') !== 'complete') continue;
    const configuration = space.parameters.map((parameter) => typed(parameter, cell(parameter.name)));
    rows.set(
      JSON.stringify(configuration),
      objectives.map(({ metric }) => Number(cell(metric))),
    );
  }
  return { name: task.name, space, objectives, names, rows };
}

function kernel(path) {
  const { cache, tune_params: choices, tune_params_keys: all } = JSON.parse(gunzipSync(readFileSync(path)).toString());
  const names = all.filter((name) => choices[name].length > 1);
  const timed = Object.values(cache).filter(({ time }) => typeof time === 'number');
  const name = basename(path, '.json.gz');
  return {
    ...{ name, names, objectives: [{ metric: 'time', direction: 'min' }] },
    space: { name, parameters: names.map((each) => ({ name: each, type: 'ordinal', choices: choices[each] })) },
    rows: new Map(timed.map((row) => [JSON.stringify(names.map((each) => row[each])), [row.time]])),
  };
}

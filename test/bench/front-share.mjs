// Many studies in one process, without a database: how near techniques come to the best of a table.
// npm run build && node test/bench/front-share.mjs --tasks FOLDER/NAME,…,CACHE.json.gz --techniques default,tpe --seeds 10 --trials 100 --out FILE.jsonl
// FOLDER as test/bench/tasks/build.mjs writes it (tables only); a .json.gz is a cache file of Kernel Tuner; FOLDER/NAME~KIND~SEED is a table of which a rule leaves
// a part (tasks/masks.mjs says which rules there are). One line a study; those that FILE has are not run
// again. `at`: after so many trials 1 - (best - least) / (median - least) with one objective; with several the share of the
// table's hypervolume up to a tenth beyond the ends of its front (or to the quartile of the table, where that is farther out), which outliers do not move.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { compileSpace, createMemoryStore, runStudy } from 'supersam';
import { hypervolume } from 'supersam/kit';
import { readOptions, runStudies } from './many-studies.mjs';
import { readTask } from './read-task.mjs';
import { masked } from './tasks/masks.mjs';

const CHECKPOINTS = [25, 30, 40, 50, 60, 80, 100, 200];
const options = readOptions(['tasks']);
const tasks = await Promise.all(
  options.tasks.split(',').map(async (text) => {
    const [path, kind, seed] = text.split('~');
    const task = path.endsWith('.gz') ? kernel(path) : await built(path);
    return prepare(kind === undefined ? task : masked(task, kind, seed));
  }),
);
await runStudies(options, tasks, study);

async function study({ name, space, objectives, names, rows, share }, technique, { seed, trials }) {
  const { trials: told } = await runStudy({
    ...{ name, space, objectives, seed, technique, store: createMemoryStore(), budget: { trials } },
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
  if (signs.length === 1) {
    const [least, median] = [quantile(0, 0), quantile(0, 0.5)];
    const best = (list) => lossesOf(list).reduce((min, [loss]) => Math.min(min, loss), median);
    return { ...task, share: (list) => 1 - (best(list) - least) / (median - least) };
  }
  const front = all.filter(
    (a) => !all.some((b) => b !== a && b.every((x, k) => x <= a[k]) && b.some((x, k) => x < a[k])),
  );
  const reference = signs.map((_, k) => {
    const [low, high] = [Math.min, Math.max].map((pick) => pick(...front.map((losses) => losses[k])));
    return Math.max(high + 0.1 * (high - low), quantile(k, 0.25));
  });
  const whole = hypervolume(front, reference);
  return { ...task, share: (list) => hypervolume(lossesOf(list), reference) / whole };
}

async function built(folder) {
  const { name, space, objectives } = await readTask(folder);
  const [header, ...cells] = readFileSync(join(folder, 'table.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const names = space.parameters.map((parameter) => parameter.name);
  const typed = ({ values }, cell) => values?.find((value) => String(value) === cell) ?? Number(cell);
  const rows = new Map();
  for (const row of cells) {
    const cell = (column) => row[header.indexOf(column)];
    if ((cell('state') ?? 'complete') !== 'complete') continue;
    const configuration = space.parameters.map((parameter) => typed(parameter, cell(parameter.name)));
    rows.set(
      JSON.stringify(configuration),
      objectives.map(({ metric }) => Number(cell(metric))),
    );
  }
  return { name, space, objectives, names, rows };
}

function kernel(path) {
  const { cache, tune_params: choices, tune_params_keys: all } = JSON.parse(gunzipSync(readFileSync(path)).toString());
  const names = all.filter((name) => choices[name].length > 1);
  const timed = Object.values(cache).filter(({ time }) => typeof time === 'number');
  const name = basename(path, '.json.gz');
  return {
    ...{ name, names, objectives: [{ metric: 'time', direction: 'min' }] },
    space: compileSpace({
      name,
      parameters: names.map((each) => ({ name: each, type: 'ordinal', choices: choices[each] })),
    }),
    rows: new Map(timed.map((row) => [JSON.stringify(names.map((each) => row[each])), [row.time]])),
  };
}

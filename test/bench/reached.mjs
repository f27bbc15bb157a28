// What techniques reach on tasks, a line of JSON a study, and how far runs with many measurements at once are behind.
//   npm run build && node test/bench/reached.mjs --tasks FOLDER/NAME,… --techniques default,tpe --seeds 5 --out FILE.jsonl [--workers 1,8] [--trials 200] [--first-seed 1]
//   node test/bench/reached.mjs --summary FILE.jsonl                 a table in Markdown of everything that FILE has
// FOLDER as test/bench/tasks/build.mjs writes it; what a task names as `constraints` is told to the techniques. With several
// workers so many measurements are made at a time, on a clock of their own: each takes a log-normal time (sigma 0.5), drawn from the seed,
// and results are told as they come. No clock of the machine has a say. `at` is the best value or the hypervolume after so many trials told;
// `engineMs` the processor time of a trial, measuring included. Studies that FILE has are not run again.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createMemoryStore,
  createRng,
  createStudy,
  createTableOracle,
  createTechnique,
  DEFAULT_TECHNIQUE,
  loadSpace,
  loadTechniques,
} from 'supersam';
import { hypervolume } from 'supersam/kit';
import { readJsonLines } from './json-lines.mjs';

const CHECKPOINTS = [25, 50, 100, 200, 500, 1000];
const SIGMA = 0.5;
const names = ['tasks', 'techniques', 'seeds', 'first-seed', 'trials', 'workers', 'out', 'summary'];
const { values: options } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });

if (options.summary === undefined) await run();
else console.log(summary(readJsonLines(options.summary)));

async function run() {
  const { 'first-seed': first = '1', trials: budget = '200', workers = '1', techniques, seeds, out } = options;
  const trials = Number(budget);
  const registry = await loadTechniques();
  const key = ({ task, technique, workers, seed, trials }) => [task, technique, workers, seed, trials].join();
  const done = new Set(readJsonLines(out).map(key));
  const tasks = await Promise.all(options.tasks.split(',').map(readTask));
  for (let seed = Number(first); seed < Number(first) + Number(seeds); seed++) {
    for (const task of tasks) {
      for (const technique of techniques.split(',')) {
        for (const count of workers.split(',').map(Number)) {
          const row = { task: task.name, technique, workers: count, seed, trials };
          if (done.has(key(row))) continue;
          const spec = technique === 'default' ? DEFAULT_TECHNIQUE : technique;
          const found = await search(task, createTechnique(spec, registry), row);
          appendFileSync(out, `${JSON.stringify({ ...row, ...found })}\n`);
        }
      }
    }
  }
}

async function readTask(folder) {
  const task = JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8'));
  const space = await loadSpace(join(folder, 'space.json'));
  const objectives = task.objectives.map((text) => {
    const [, metric, direction] = /^(.*):(min|max)$/.exec(text);
    return { metric, direction };
  });
  const [, kind, file] = /^(table|module):(.*)$/.exec(task.oracle);
  if (kind === 'table')
    return { ...task, space, objectives, oracle: await createTableOracle(join(folder, file), space) };
  const { default: measure, metrics = objectives.map(({ metric }) => metric) } = await import(
    pathToFileURL(join(folder, file)).href
  );
  const result = (configuration) => {
    const found = measure({ configuration });
    return found.state === undefined ? { state: 'complete', metrics: found } : found;
  };
  const oracle = {
    ...{ name: 'module', metrics, fingerprint: async () => ({}) },
    measure: async (configuration) => result(configuration),
  };
  return { ...task, space, objectives, oracle };
}

async function search({ name, space, objectives, oracle, reference, constraints }, technique, row) {
  const { workers, seed, trials } = row;
  const started = process.cpuUsage();
  const study = await createStudy({
    ...{ name, space, oracle, objectives, seed, technique, store: createMemoryStore() },
    constraints: constraints ?? [],
  });
  const rng = createRng('durations', seed, workers);
  const flying = [];
  let now = 0;
  while (study.measuredCount < trials) {
    for (const room = Math.min(workers, trials - study.measuredCount); flying.length < room; ) {
      const [trial] = study.ask();
      if (trial === undefined) break;
      flying.push({ trial, end: now + Math.exp(SIGMA * rng.normal()) });
    }
    if (flying.length === 0) break;
    const next = flying.reduce((least, each) => (each.end < least.end ? each : least));
    flying.splice(flying.indexOf(next), 1);
    now = next.end;
    study.tell(next.trial.number, await oracle.measure(next.trial.configuration, { seed }));
  }
  const { user, system } = process.cpuUsage(started);
  const sign = objectives[0].direction === 'max' ? -1 : 1;
  const lossesOf = (values) => values.map((value, k) => (objectives[k].direction === 'max' ? -value : value));
  const reached = (step) => {
    const points = study.trials.slice(0, step).flatMap(({ values }) => (values === null ? [] : [lossesOf(values)]));
    if (reference !== undefined) return hypervolume(points, lossesOf(reference));
    return points.length === 0 ? null : sign * points.reduce((least, [loss]) => Math.min(least, loss), Infinity);
  };
  return {
    at: Object.fromEntries(CHECKPOINTS.filter((step) => step <= trials).map((step) => [step, reached(step)])),
    unmeasured: study.trials.filter(({ values }) => values === null).length,
    fallback: study.trials.filter(({ technique }) => technique === 'fallback').length,
    engineMs: Number(((user + system) / 1000 / study.trials.length).toFixed(2)),
    isMore: reference !== undefined || sign === -1,
  };
}

/** Means with their standard error, a row a task and technique; with several numbers of workers what more of them cost, seed by seed. */
function summary(rows) {
  const mean = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const error = (numbers) => {
    const middle = mean(numbers);
    return Math.sqrt(numbers.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (numbers.length - 1) / numbers.length);
  };
  const short = (value) => Number(value.toPrecision(4)).toString();
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.task, row.technique, row.workers]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const steps = CHECKPOINTS.filter((step) => rows.every(({ at }) => at[step] !== undefined));
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const lines = [...groups].map(([text, own]) => {
    const [task, technique, workers] = JSON.parse(text);
    const alone = new Map((groups.get(JSON.stringify([task, technique, 1])) ?? []).map((row) => [row.seed, row]));
    const cells = steps.map((step) => {
      const values = own.map(({ at }) => at[step]).filter((value) => value !== null);
      return values.length === 0 ? '-' : `${short(mean(values))} +- ${short(error(values))}`;
    });
    const behind = steps.map((step) => {
      const pairs = own.filter(({ seed, at }) => at[step] !== null && (alone.get(seed)?.at[step] ?? null) !== null);
      if (workers === 1 || pairs.length < 2) return '';
      const gains = pairs.map(({ seed, at, isMore }) => (isMore ? 1 : -1) * (at[step] - alone.get(seed).at[step]));
      return `${short(mean(gains))} +- ${short(error(gains))}`;
    });
    return line([
      task,
      technique,
      workers,
      own.length,
      ...cells,
      ...behind,
      mean(own.map((row) => row.engineMs)).toFixed(1),
    ]);
  });
  const heads = [
    'task',
    'technique',
    'workers',
    'seeds',
    ...steps,
    ...steps.map((step) => `gain over one, ${step}`),
    'ms',
  ];
  return [line(heads), line(heads.map(() => '---')), ...lines.sort()].join('\n');
}

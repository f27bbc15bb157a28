// What techniques reach on tasks, a line of JSON a study, and how far runs with many measurements at once are behind.
//   npm run build && node test/bench/reached.mjs --tasks FOLDER/NAME,… --techniques default,tpe --seeds 5 --out FILE.jsonl [--workers 1,8] [--trials 200] [--first-seed 1]
//   node test/bench/reached.mjs --summary FILE.jsonl                 a table in Markdown of everything that FILE has
// FOLDER as test/bench/tasks/build.mjs writes it; what a task names as `constraints` is told to the techniques. With several
// workers so many measurements are made at a time, on a clock of their own: each takes a log-normal time (sigma 0.5), drawn from the seed,
// and results are told as they come. No clock of the machine has a say. `at` is the best value or the hypervolume after so many trials told;
// `engineMs` the processor time of a trial, measuring included. Studies that FILE has are not run again.
import { createMemoryStore, createRng, createStudy } from 'supersam';
import { readJsonLines } from './json-lines.mjs';
import { engineMs, mean, readOptions, runStudies, standardError, tableRow } from './many-studies.mjs';
import { openTaskOracle, reachedLoss, readTask } from './read-task.mjs';

const CHECKPOINTS = [25, 50, 100, 200, 500, 1000];
const SIGMA = 0.5;
const options = { trials: '200', workers: '1', ...readOptions(['tasks', 'workers', 'summary']) };

if (options.summary === undefined) await run();
else console.log(summary(readJsonLines(options.summary)));

async function run() {
  const tasks = await Promise.all(
    options.tasks.split(',').map(async (folder) => {
      const task = await readTask(folder);
      return { ...task, oracle: await openTaskOracle(task) };
    }),
  );
  const variants = options.workers.split(',').map((workers) => ({ workers: Number(workers) }));
  await runStudies(options, tasks, search, variants);
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
  const milliseconds = engineMs(started, study.trials.length);
  const isMore = reference !== undefined || objectives[0].direction === 'max';
  const reached = (step) => {
    const loss = reachedLoss({ objectives, reference }, study.trials.slice(0, step));
    return loss === null || !isMore ? loss : -loss;
  };
  return {
    at: Object.fromEntries(CHECKPOINTS.filter((step) => step <= trials).map((step) => [step, reached(step)])),
    unmeasured: study.trials.filter(({ values }) => values === null).length,
    fallback: study.trials.filter(({ technique }) => technique === 'fallback').length,
    engineMs: milliseconds,
    isMore,
  };
}

/** Means with their standard error, a row a task and technique; with several numbers of workers what more of them cost, seed by seed. */
function summary(rows) {
  const short = (value) => Number(value.toPrecision(4)).toString();
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.task, row.technique, row.workers]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const steps = CHECKPOINTS.filter((step) => rows.every(({ at }) => at[step] !== undefined));
  const lines = [...groups].map(([text, own]) => {
    const [task, technique, workers] = JSON.parse(text);
    const alone = new Map((groups.get(JSON.stringify([task, technique, 1])) ?? []).map((row) => [row.seed, row]));
    const cells = steps.map((step) => {
      const values = own.map(({ at }) => at[step]).filter((value) => value !== null);
      return values.length === 0 ? '-' : `${short(mean(values))} +- ${short(standardError(values))}`;
    });
    const behind = steps.map((step) => {
      const pairs = own.filter(({ seed, at }) => at[step] !== null && (alone.get(seed)?.at[step] ?? null) !== null);
      if (workers === 1 || pairs.length < 2) return '';
      const gains = pairs.map(({ seed, at, isMore }) => (isMore ? 1 : -1) * (at[step] - alone.get(seed).at[step]));
      return `${short(mean(gains))} +- ${short(standardError(gains))}`;
    });
    return tableRow([
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
  return [tableRow(heads), tableRow(heads.map(() => '---')), ...lines.sort()].join('\n');
}

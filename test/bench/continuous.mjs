// How near techniques come to the least of continuous functions whose answer lies at a drawn place, a line of JSON a study.
//   npm run build && node test/bench/continuous.mjs --functions ackley,levy --dimensions 5,20 --techniques default,tpe --seeds 10 --trials 100 --out FILE.jsonl [--first-seed 1]
//   node test/bench/continuous.mjs --before FILE.jsonl --after FILE.jsonl    differences of log10 of the regret, function and seed alike, in Markdown
// Every seed has a place of its own, so that a search that begins in the middle, or likes equal coordinates, gains nothing by it.
// `--place middle` leaves each function where it is usually put. `at` is the regret; studies that FILE has are not run again.
import { createMemoryStore, runStudy } from 'supersam';
import { problemOf } from './drawn-functions.mjs';
import { readJsonLines } from './json-lines.mjs';
import { engineMs, mean, readOptions, runStudies, standardError, tableRow } from './many-studies.mjs';

const CHECKPOINTS = [25, 50, 75, 100, 150, 200];
/** Regrets below are level: nobody's problem asks for more. */
const LEAST = 1e-6;

const options = readOptions(['functions', 'dimensions', 'place', 'before', 'after']);

if (options.before === undefined) await runStudies(options, tasksOf(options), study);
else console.log(compared(readJsonLines(options.before), readJsonLines(options.after)));

function tasksOf({ functions, dimensions, place = 'drawn' }) {
  return functions.split(',').flatMap((name) =>
    (name === 'hartmann' ? [6] : dimensions.split(',').map(Number)).map((dimension) => ({
      name: `${name}-${dimension}${place === 'middle' ? '-middle' : ''}`,
      problem: (seed) => problemOf(name, dimension, place, seed),
    })),
  );
}

async function study({ problem }, technique, { seed, trials }) {
  const { space, measure } = problem(seed);
  const started = process.cpuUsage();
  const { trials: told } = await runStudy({
    ...{ name: space.name, space, seed, technique, store: createMemoryStore(), budget: { trials } },
    objectives: [{ metric: 'value', direction: 'min' }],
    oracle: {
      ...{ name: 'function', metrics: ['value'], fingerprint: async () => ({}) },
      measure: async (configuration) => ({ state: 'complete', metrics: { value: measure(configuration) } }),
    },
  });
  const milliseconds = engineMs(started, told.length);
  const regret = (step) => told.slice(0, step).reduce((least, { values }) => Math.min(least, values[0]), Infinity);
  return {
    at: Object.fromEntries(CHECKPOINTS.filter((step) => step <= trials).map((step) => [step, regret(step)])),
    engineMs: milliseconds,
  };
}

function compared(before, after) {
  const known = new Map(before.map((row) => [`${row.task} ${row.seed}`, row]));
  const pairs = after.flatMap((row) => {
    const other = known.get(`${row.task} ${row.seed}`);
    return other === undefined ? [] : [[other, row]];
  });
  const log = (regret) => Math.log10(Math.max(LEAST, regret));
  const steps = CHECKPOINTS.filter((step) => pairs.every((pair) => pair.every(({ at }) => at[step] !== undefined)));
  const rowOf = (name, own) => {
    const cells = steps.map((step) => {
      const gains = own.map(([one, other]) => log(other.at[step]) - log(one.at[step]));
      return `${mean(gains).toFixed(3)} +- ${standardError(gains).toFixed(3)}`;
    });
    const levels = [0, 1].map((k) =>
      steps.map((step) => (10 ** mean(own.map((pair) => log(pair[k].at[step])))).toPrecision(3)).join(' / '),
    );
    const ms = [0, 1].map((k) => mean(own.map((pair) => pair[k].engineMs)).toFixed(0)).join(' -> ');
    return tableRow([name, own.length, ...levels, ...cells, ms]);
  };
  const tasks = [...new Set(pairs.map(([, { task }]) => task))];
  return [
    tableRow(['task', 'seeds', 'before', 'after', ...steps.map((step) => `after ${step}`), 'ms a trial']),
    tableRow(['---', '---:', '---', '---', ...steps.map(() => '---:'), '---:']),
    ...tasks.map((task) =>
      rowOf(
        task,
        pairs.filter(([, row]) => row.task === task),
      ),
    ),
    rowOf('all', pairs),
  ].join('\n');
}

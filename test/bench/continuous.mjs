// How near techniques come to the least of continuous functions whose answer lies at a drawn place, a line of JSON a study.
//   npm run build && node test/bench/continuous.mjs --functions ackley,levy --dimensions 5,20 --techniques default,tpe --seeds 10 --trials 100 --out FILE.jsonl [--first-seed 1]
//   node test/bench/continuous.mjs --before FILE.jsonl --after FILE.jsonl    differences of log10 of the regret, function and seed alike, in Markdown
// Every seed has a place of its own, so that a search that begins in the middle, or likes equal coordinates, gains nothing by it.
// `--place middle` leaves each function where it is usually put. `at` is the regret; studies that FILE has are not run again.
import { compileSpace, createMemoryStore, createRng, runStudy } from 'supersam';
import { readJsonLines } from './json-lines.mjs';
import { loadTypescript } from './load-typescript.mjs';
import { engineMs, mean, readOptions, runStudies, standardError, tableRow } from './many-studies.mjs';

const CHECKPOINTS = [25, 50, 75, 100, 150, 200];
/** Regrets below are level: nobody's problem asks for more. */
const LEAST = 1e-6;

const { functionNames, formulaOf, leastAt, rangeOf } = (
  await loadTypescript(new URL('../problems/functions.ts', import.meta.url))
).exports;
const { classics } = (await loadTypescript(new URL('../problems/classics.ts', import.meta.url))).exports;

/** Of every function the usual range of its axes, where it is least on each axis, and its value above the least. */
const FUNCTIONS = {
  ...Object.fromEntries(
    functionNames.map((name) => [name, { range: rangeOf(name), best: leastAt(name), value: formulaOf(name) }]),
  ),
  hartmann: hartmann(classics.find(({ name }) => name === 'hartmann-6')),
};

function hartmann({ minima, front, evaluate }) {
  const value = (x) => evaluate(Object.fromEntries(x.map((own, i) => [`x${i + 1}`, own]))).value - front()[0][0];
  return { range: [0, 1], best: minima[0], value };
}

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

/** Moves the answer to a place of the middle four fifths of each axis, drawn for each seed, and turns about half of the axes. */
function problemOf(name, dimension, place, seed) {
  const { range, best, value } = FUNCTIONS[name];
  const rng = createRng('place', name, dimension, seed);
  const [low, high] = range;
  const axes = Array.from({ length: dimension }, (_, i) => {
    const least = Array.isArray(best) ? best[i] : best;
    if (place === 'middle') return (x) => x;
    const at = low + (0.1 + 0.8 * rng.float()) * (high - low);
    const sign = rng.float() < 0.5 ? -1 : 1;
    return (x) => least + sign * (x - at);
  });
  return {
    space: compileSpace({
      name,
      parameters: axes.map((_, i) => ({ name: `x${i + 1}`, type: 'float', min: low, max: high })),
    }),
    measure: (configuration) => value(axes.map((axis, i) => axis(configuration[`x${i + 1}`]))),
  };
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

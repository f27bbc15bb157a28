// What techniques make of the same first trials of the default, and whether another one would have been the better choice from there on, task by task.
//   npm run build && node test/bench/arms.mjs --tasks FOLDER/NAME,levy-8,… --techniques 'bandit:arms=hedged+greedy-mutation,lead=20,tpe' --seeds 4 --trials 100 --out FILE.jsonl
//   node test/bench/arms.mjs --summary FILE.jsonl [--after 100]     the first technique that FILE names is the one that the others are compared with
// FOLDER as test/bench/tasks/build.mjs writes it; NAME-DIMENSIONS is a function of drawn-functions.mjs. Regret is 1 for what had been reached after the
// first 30 trials and 0 for the best that any study of the task reached (of functions by the logarithm). Studies that FILE has are not run again.
import { createMemoryStore, createTechnique, loadTechniques, runStudy } from 'supersam';
import { createParts, defineTechnique } from 'supersam/kit';
import { problemOf } from './drawn-functions.mjs';
import { readJsonLines } from './json-lines.mjs';
import { mean, rankOf, readOptions, runStudies, standardError, tableRow } from './many-studies.mjs';
import { openTaskOracle, reachedLoss, readTask } from './read-task.mjs';

const FIRST = 30;
const STEPS = [FIRST, 50, 75, 100, 200];
/** Regrets of functions below are level. */
const LEAST = 1e-6;
const FUNCTION = /^([a-z-]+)-(\d+)$/;
const options = { after: '100', ...readOptions(['tasks', 'summary', 'after']) };
const hedged = createTechnique('hedged', await loadTechniques());

/** Asks `hedged`, which the default begins with, for the first trials and then the other part. */
const after = defineTechnique({
  ...{ name: 'after', description: 'one technique, then another', parts: 'parts' },
  options: { parts: { type: 'string', default: '', description: 'the two' } },
  create(_, techniques) {
    const parts = createParts(techniques);
    return {
      init: (context) => ({ parts: parts.init(context), last: 0, asks: 0 }),
      ask(state, count, context) {
        const order = state.asks < FIRST ? [0, 1] : [1, 0];
        const { proposals, states, asked } = parts.ask(state.parts, order, count, context);
        return [proposals, { parts: states, last: asked ?? state.last, asks: state.asks + 1 }];
      },
      tell: (state, trials, context) => ({ ...state, parts: parts.tell(state.parts, trials, context) }),
      proposer: ({ parts: states, last }) => parts.proposer(states, last),
    };
  },
});

if (options.summary === undefined)
  await runStudies(options, await Promise.all(options.tasks.split(',').map(open)), study);
else console.log(summary(readJsonLines(options.summary)));

async function open(text) {
  const [, name, dimension] = FUNCTION.exec(text) ?? [];
  if (name === undefined) {
    const task = await readTask(text);
    const oracle = await openTaskOracle(task);
    return { ...task, at: () => ({ space: task.space, oracle }) };
  }
  const at = (seed) => {
    const { space, measure } = problemOf(name, Number(dimension), 'drawn', seed);
    const told = async (configuration) => ({ state: 'complete', metrics: { value: measure(configuration) } });
    return { space, oracle: { name: 'function', metrics: ['value'], fingerprint: async () => ({}), measure: told } };
  };
  return { name: text, isFunction: true, objectives: [{ metric: 'value', direction: 'min' }], at };
}

async function study({ name, isFunction, objectives, reference, constraints = [], at }, technique, { seed, trials }) {
  const { space, oracle } = at(seed);
  const { trials: told } = await runStudy({
    ...{ name, space, objectives, oracle, seed, constraints, store: createMemoryStore(), budget: { trials } },
    technique: after({ parts: [hedged, technique] }),
  });
  const steps = STEPS.filter((step) => step <= trials);
  return {
    isFunction,
    at: Object.fromEntries(steps.map((step) => [step, reachedLoss({ objectives, reference }, told.slice(0, step))])),
  };
}

function summary(rows) {
  const techniques = [...new Set(rows.map(({ technique }) => technique))];
  const tasks = [...new Set(rows.map(({ task }) => task))].map((task) =>
    regretsOf(rows.filter((row) => row.task === task)),
  );
  const whole = tasks.map((task) => task.filter(({ of }) => techniques.every((each) => each in of)));
  const told = (values) => `${mean(values).toFixed(3)} +- ${standardError(values).toFixed(3)}`;
  const lines = techniques.map((technique) => {
    const ranks = whole.map((own) => mean(own.map(({ of }) => rankOf(Object.values(of), of[technique]))));
    const regrets = whole.map((own) => mean(own.map(({ of }) => of[technique])));
    const behind = whole.map((own) => mean(own.map(({ of }) => of[technique] - of[techniques[0]])));
    return tableRow([technique, mean(ranks).toFixed(2), told(regrets), told(behind)]);
  });
  // The best by some seeds, judged by others: by the same ones luck would be taken for a choice.
  const hindsight = whole.flatMap((own, i) => {
    const gains = [0, 1].flatMap((half) => {
      const seen = own.filter(({ seed }) => seed % 2 === half);
      if (seen.length === 0) return [];
      const regret = (technique) => mean(seen.map(({ of }) => of[technique]));
      const best = techniques.reduce((a, b) => (regret(b) < regret(a) ? b : a));
      const judges = tasks[i].filter(({ seed, of }) => seed % 2 !== half && best in of && techniques[0] in of);
      return best === techniques[0] ? [0] : judges.map(({ of }) => of[best] - of[techniques[0]]);
    });
    return gains.length === 0 ? [] : [mean(gains)];
  });
  const heads = ['from trial 31 on', 'mean rank', 'regret', 'less that of the first'];
  const last = `The best technique of every task, chosen by odd seeds and judged by even ones or the reverse (${hindsight.length} tasks): ${told(hindsight)}`;
  return [tableRow(heads), tableRow(['---', '---:', '---:', '---:']), ...lines, '', last].join('\n');
}

/** Of every seed of a task the regret of each technique after so many trials. */
function regretsOf(rows) {
  const scaled = (loss) => (rows[0].isFunction ? Math.log10(Math.max(LEAST, loss)) : loss);
  const worst = Math.max(...rows.flatMap(({ at }) => Object.values(at).filter((loss) => loss !== null)));
  const reached = ({ at }, step) => scaled(at[step] ?? worst);
  const start = mean(rows.map((row) => reached(row, FIRST)));
  const best = Math.min(...rows.map((row) => reached(row, options.after)));
  const regret = (row) => (start > best ? (reached(row, options.after) - best) / (start - best) : 0);
  return [...new Set(rows.map(({ seed }) => seed))].map((seed) => {
    const own = rows.filter((row) => row.seed === seed);
    return { seed, of: Object.fromEntries(own.map((row) => [row.technique, regret(row)])) };
  });
}

// What a technique takes for one more trial of a study that is long already: every study begins with random trials, which
// all are told of, and TECHNIQUE has the last of them. Prints the median and the mean processor time of these; nothing
// passes or fails by time.
// npm run build && node test/bench/growth.mjs [TRIALS,TRIALS,…] [TECHNIQUE …]

import { createMemoryStore, runStudy } from 'supersam';
import { cpuMs, techniqueOf, wideStudy } from './wide-study.mjs';

/** Trials of each study that the technique has. */
const OWN = 40;

const [lengths = '500,1000,2000,5000,10000', ...given] = process.argv.slice(2);

for (const text of given.length > 0 ? given : ['default']) {
  const found = [];
  for (const trials of lengths.split(',').map(Number)) found.push(await oneMore(text, trials));
  console.log(`${text}: ${found.join(', ')}`);
}

/** The technique with its state, asked from trial `start` on; random until then. */
function from(start, technique, random) {
  return {
    name: 'late',
    init: (context) => technique.init(context),
    ask(state, count, context) {
      if (context.trials.length >= start) return technique.ask(state, count, context);
      const [proposals] = random.ask(random.init(context), count, context);
      return [proposals, state];
    },
    tell: (state, trials, context) => technique.tell(state, trials, context),
  };
}

async function oneMore(text, trials) {
  const marks = [];
  await runStudy({
    ...wideStudy,
    technique: from(trials - OWN, techniqueOf(text), techniqueOf('random')),
    store: createMemoryStore(),
    budget: { trials },
    onTrial: (_, { trials: { length } }) => length >= trials - OWN && marks.push(cpuMs()),
  });
  const each = marks.slice(1).map((mark, i) => mark - marks[i]);
  const median = each.toSorted((a, b) => a - b)[Math.floor(each.length / 2)];
  const mean = (marks.at(-1) - marks[0]) / each.length;
  return `${median.toFixed(2)} (${mean.toFixed(2)}) at ${trials}`;
}

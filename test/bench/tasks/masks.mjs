import { createHash } from 'node:crypto';

/**
 * Rules that nobody tells, laid over a table that was measured whole: what is left is a sparse table like those of real
 * programs, and there are as many of them as one wants. All is drawn from the task's name, the kind and the seed.
 *
 * - `onehot`: of each of two groups of three parameters exactly one has a value out of a random half of its values
 * - `pairs`: four pairs of parameters, each with 45 % of their combinations forbidden at random
 * - `conj`: three parameters may have a random half of their values
 * - `budget`: the tenth of the table with the least sum of random weights, one for every value of every parameter
 * - `hash8`, `hash30`: 8 or 30 % at random, nothing to be learnt
 *
 * @param task `name`, `space.parameters` with their `values`, `rows` by the JSON text of the values
 */
export function masked(task, kind, seed) {
  const random = (...parts) => {
    const digest = createHash('sha1').update([task.name, kind, seed, ...parts].join());
    return Number.parseInt(digest.digest('hex').slice(0, 12), 16) / 2 ** 48;
  };
  const choices = task.space.parameters.map(({ values }) => values);
  const known = [...task.rows.keys()].map((key) => JSON.parse(key));
  const isLeft = RULES[kind](choices, random, known);
  const rows = [...task.rows].filter(([key]) => isLeft(JSON.parse(key), key));
  return { ...task, name: `${task.name}~${kind}~${seed}`, rows: new Map(rows) };
}

/** The numbers below `count` in random order. */
const shuffled = (count, random, tag) => [...Array(count).keys()].sort((a, b) => random(tag, a) - random(tag, b));

const RULES = {
  onehot(choices, random) {
    const order = shuffled(choices.length, random, 'o');
    const on = choices.map((values, at) => someOf(values, values.length / 2, random, `on${at}`));
    const groups = [order.slice(0, 3), order.slice(3, 6)];
    return (row) => groups.every((group) => group.filter((at) => on[at].has(row[at])).length === 1);
  },
  pairs(choices, random) {
    const order = shuffled(choices.length, random, 'o');
    const rules = [0, 1, 2, 3].map((k) => {
      const [one, other] = [order[k], order[k + 1]];
      const both = choices[one].flatMap((x) => choices[other].map((y) => `${x}|${y}`));
      return { one, other, forbidden: new Set(both.filter((text) => random('b', k, text) < 0.45)) };
    });
    return (row) => rules.every(({ one, other, forbidden }) => !forbidden.has(`${row[one]}|${row[other]}`));
  },
  conj(choices, random) {
    const rules = shuffled(choices.length, random, 'o')
      .slice(0, 3)
      .map((at) => ({ at, allowed: someOf(choices[at], choices[at].length / 2.2, random, `a${at}`) }));
    return (row) => rules.every(({ at, allowed }) => allowed.has(row[at]));
  },
  budget(choices, random, known) {
    const weights = choices.map(
      (values, at) => new Map(values.map((value, i) => [value, random('w', at, i) * (at % 2 === 1 ? 2 : 1)])),
    );
    const sum = (row) => row.reduce((total, value, at) => total + weights[at].get(value), 0);
    const sums = known.map(sum).sort((a, b) => a - b);
    const most = sums[Math.floor(0.1 * sums.length)];
    return (row) => sum(row) <= most;
  },
  hash8: (_, random) => (_row, key) => random('h', key) < 0.08,
  hash30: (_, random) => (_row, key) => random('h', key) < 0.3,
};

const someOf = (values, count, random, tag) =>
  new Set(
    shuffled(values.length, random, tag)
      .slice(0, Math.max(1, Math.round(count)))
      .map((i) => values[i]),
  );

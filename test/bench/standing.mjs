// Who stands where over many tasks: ranks of the comparisons in a folder, one folder a task, as `supersam compare --out` writes them.
//   npm run build && node test/bench/standing.mjs COMPARISONS docs/benchmarks
// writes standing.md, standing.csv, standing-seeds.csv and standing.svg there. A file COMPARISONS/peers-TASK.json of
// test/bench/peers/run.sh adds peers that the comparison did not have yet; ranked are those that every task has.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean, sampleVariance } from 'simple-statistics';
import { element, text } from '../../dist/src/charts/svg/element.js';
import { svgDocument } from '../../dist/src/charts/svg/frame.js';
import { colourOf, FAINT_INK, FONT, INK } from '../../dist/src/charts/svg/marks.js';
import { rankOf, tableRow } from './many-studies.mjs';

const STEPS = [50, 100, 200];
/** Studentized range over the square root of two at 0.05, for two to ten techniques (Demšar, 2006, table 5). */
const NEMENYI = [1.96, 2.343, 2.569, 2.728, 2.85, 2.949, 3.031, 3.102, 3.164];
const FAMILIES = [
  ['Networks (recorded tables)', /^(nas-|nats-|hw-gpt|dynas|hat-)/],
  ['Programs (recorded tables)', /^(moot-|convolution)/],
  ['Functions of numbers', /^(ackley|branin|hartmann|levy|rosenbrock|zdt|dtlz|mw)/],
  ['Conditions', /./],
];

const [from, to] = process.argv.slice(2);
if (to === undefined) throw new Error('usage: standing.mjs COMPARISONS FOLDER');
const tasks = readdirSync(from)
  .filter((name) => existsSync(join(from, name, 'comparison.json')))
  .map((name) => withPeers({ name, ...JSON.parse(readFileSync(join(from, name, 'comparison.json'), 'utf8')) }));
const techniques = [...new Set(tasks.flatMap(({ rows }) => rows.map(({ technique }) => technique)))]
  .filter((technique) => tasks.every(({ rows }) => rows.some((row) => row.technique === technique)))
  .sort();

/** The comparison with the rows of peers that ran after it. */
function withPeers(task) {
  const file = join(from, `peers-${task.name}.json`);
  if (!existsSync(file)) return task;
  const known = new Set(task.rows.map(({ technique }) => technique));
  const { rows } = JSON.parse(readFileSync(file, 'utf8'));
  return { ...task, rows: [...task.rows, ...rows.filter(({ technique }) => !known.has(technique))] };
}

const taskOf = (name) => tasks.find((task) => task.name === name);

/** What each seed reached after so many trials; the worst value known where nothing was measured. Empty: the task ends before. */
function reachedBy({ rows, worst }, technique, step) {
  const own = rows.filter((row) => row.technique === technique && step in row.at);
  return own.map(({ at }) => at[step] ?? worst);
}

function meanOf(task, technique, step) {
  const values = reachedBy(task, technique, step);
  return values.length === 0 ? undefined : mean(values);
}

/** 1 where less is better, -1 where more is. */
function signOf({ reference, objectives }) {
  return reference !== null || objectives[0].direction === 'max' ? -1 : 1;
}

/** Of each technique after so many trials, 1 the best; the mean rank of those that are level. Undefined: the task ends before. */
function ranksOf(task, step) {
  const reached = techniques.map((technique) => {
    const value = meanOf(task, technique, step);
    // Sums of the same hypervolumes differ by rounding.
    return value === undefined ? undefined : Number((signOf(task) * value).toPrecision(12));
  });
  if (reached.includes(undefined)) return undefined;
  return reached.map((own) => rankOf(reached, own));
}

const ranked = STEPS.map((step) => {
  const rows = tasks.flatMap((task) => {
    const ranks = ranksOf(task, step);
    return ranks === undefined ? [] : [{ task: task.name, ranks }];
  });
  const means = techniques.map((_, i) => mean(rows.map(({ ranks }) => ranks[i])));
  const difference =
    NEMENYI[techniques.length - 2] * Math.sqrt((techniques.length * (techniques.length + 1)) / (6 * rows.length));
  return { step, rows, means, difference };
});
const order = techniques.map((_, i) => i).sort((a, b) => ranked.at(-1).means[a] - ranked.at(-1).means[b]);
const number = (value) => (value === undefined ? '' : Number(value.toPrecision(4)).toString());

const overall = [
  tableRow(['mean rank', ...ranked.map(({ step, rows }) => `after ${step} trials (${rows.length} tasks)`)]),
  tableRow(['---', ...ranked.map(() => '---:')]),
  ...order.map((i) => tableRow([bold(techniques[i]), ...ranked.map(({ means }) => means[i].toFixed(2))])),
  tableRow(['critical difference', ...ranked.map(({ difference }) => difference.toFixed(2))]),
];
const left = new Set(tasks);
const families = FAMILIES.flatMap(([title, names]) => {
  const own = [...left].filter(({ name }) => names.test(name));
  for (const task of own) left.delete(task);
  if (own.length === 0) return [];
  const rows = own.map((task) => {
    const cells = order.map((i) => {
      return STEPS.map((step) => number(meanOf(task, techniques[i], step)))
        .filter(Boolean)
        .join(' / ');
    });
    const goal = task.objectives.map(({ metric, direction }) => `${metric} ${direction === 'max' ? 'up' : 'down'}`);
    return tableRow([task.name, goal.join(', '), task.seeds, ...cells]);
  });
  return [
    `## ${title}`,
    '',
    tableRow(['task', 'objectives', 'seeds', ...order.map((i) => bold(techniques[i]))]),
    tableRow(['---', '---', '---:', ...order.map(() => '---')]),
    ...rows,
    '',
  ];
});

const head = [
  '# Where techniques stand, task by task',
  '',
  'The mean over seeds of the best value, or of the hypervolume with several objectives, after 50 / 100 / 200 trials. Made by `node test/bench/standing.mjs` ([benchmarks.md](../benchmarks.md)).',
  '',
];
writeFileSync(
  join(to, 'standing.md'),
  `${[...head, ...overall, '', ...beside(), ...behind(), ...families].join('\n').trimEnd()}\n`,
);
writeFileSync(
  join(to, 'standing.csv'),
  `${[
    'task,trials,technique,mean,rank',
    ...ranked.flatMap(({ step, rows }) =>
      rows.flatMap(({ task, ranks }) =>
        techniques.map((technique, i) =>
          [task, step, technique, meanOf(taskOf(task), technique, step), ranks[i]].join(','),
        ),
      ),
    ),
  ].join('\n')}\n`,
);
const seeds = tasks.flatMap(({ name, rows }) =>
  rows.map(({ technique, seed, at }) => [name, technique, seed, ...STEPS.map((step) => at[step] ?? '')].join(',')),
);
writeFileSync(join(to, 'standing-seeds.csv'), `${['task,technique,seed,at50,at100,at200', ...seeds].join('\n')}\n`);
writeFileSync(join(to, 'standing.svg'), `${picture()}\n`);

/** How much better the default's mean is than another's, and half of the difference's 95 % interval (Welch). */
function aheadBy(task, technique, step) {
  const [ours, theirs] = ['default', technique].map((each) => reachedBy(task, each, step));
  const difference = signOf(task) * (mean(theirs) - mean(ours));
  const interval = 1.96 * Math.sqrt(sampleVariance(ours) / ours.length + sampleVariance(theirs) / theirs.length);
  return { difference, interval };
}

/** On how many tasks the default is told apart from each other technique. */
function beside() {
  const rows = order
    .map((i) => techniques[i])
    .filter((technique) => technique !== 'default')
    .map((technique) => [
      technique,
      ...ranked.map(({ step, rows }) => {
        const all = rows.map(({ task }) => aheadBy(taskOf(task), technique, step));
        const ahead = all.filter(({ difference, interval }) => difference > interval).length;
        const behind = all.filter(({ difference, interval }) => -difference > interval).length;
        return `${ahead} / ${all.length - ahead - behind} / ${behind}`;
      }),
    ]);
  return [
    '## The default beside each',
    '',
    'Tasks on which the default is ahead by more than the 95 % interval of the difference of the means, not told apart, behind.',
    '',
    tableRow(['', ...STEPS.map((step) => `after ${step} trials`)]),
    tableRow(['---', ...STEPS.map(() => '---:')]),
    ...rows.map(tableRow),
    '',
  ];
}

/** Where another technique has the better mean, and by how much. */
function behind() {
  const rows = ranked.flatMap(({ step, rows }) =>
    rows.flatMap(({ task: name, ranks }) => {
      const task = taskOf(name);
      const first = techniques[ranks.indexOf(Math.min(...ranks))];
      if (ranks[techniques.indexOf('default')] === Math.min(...ranks)) return [];
      const { difference, interval } = aheadBy(task, first, step);
      const [ours, theirs] = ['default', first].map((each) => number(meanOf(task, each, step)));
      return [[name, step, ours, first, theirs, `${number(-difference)} +- ${number(interval)}`]];
    }),
  );
  return [
    '## Where the default is not first',
    '',
    'The mean of the first, and by how much it is better, with the 95 % interval.',
    '',
    tableRow(['task', 'trials', 'default', 'first', 'reached', 'better by']),
    tableRow(['---', '---:', '---:', '---', '---:', '---:']),
    ...rows.map(tableRow),
    '',
  ];
}

function bold(technique) {
  return technique === 'default' ? '**default**' : technique;
}

/** A line a number of trials, a mark a technique at its mean rank, and how far two must be apart to differ. */
function picture() {
  const [width, row, left, right] = [860, 120, 130, 40];
  const x = (rank) => left + ((rank - 1) / (techniques.length - 1)) * (width - left - right);
  const label = (at, y, content, more = {}) =>
    element('text', { x: at, y, 'font-size': 12, fill: INK, 'text-anchor': 'middle', ...more }, text(content));
  const content = ranked.flatMap(({ step, rows, means, difference }, i) => {
    const y = 82 + i * row;
    const sorted = order.slice().sort((a, b) => means[a] - means[b]);
    return [
      label(10, y + 4, `${step} trials`, { 'text-anchor': 'start' }),
      label(10, y + 20, `${rows.length} tasks`, { 'text-anchor': 'start', fill: FAINT_INK }),
      element('line', { x1: x(1), y1: y, x2: x(techniques.length), y2: y, stroke: FAINT_INK }),
      ...techniques.map((_, rank) =>
        label(x(rank + 1), y + 16, String(rank + 1), { fill: FAINT_INK, 'font-size': 10 }),
      ),
      element('line', { x1: x(1), y1: y + 34, x2: x(1 + difference), y2: y + 34, stroke: INK, 'stroke-width': 2 }),
      label(x(1 + difference) + 8, y + 38, `critical difference ${difference.toFixed(2)}`, {
        'text-anchor': 'start',
        fill: FAINT_INK,
      }),
      ...sorted.flatMap((technique, place) => [
        element('circle', { cx: x(means[technique]), cy: y, r: 5, fill: colourOf(order.indexOf(technique)) }),
        label(
          x(means[technique]),
          y - 10 - 14 * (place % 2),
          `${techniques[technique]} ${means[technique].toFixed(2)}`,
          techniques[technique] === 'default' ? { 'font-weight': 700 } : {},
        ),
      ]),
    ];
  });
  return svgDocument(width, 50 + ranked.length * row, 'Mean rank over all tasks, 1 is the best', [
    element(
      'g',
      { 'font-family': FONT },
      label(10, 22, 'Mean rank over all tasks, 1 is the best', { 'text-anchor': 'start', 'font-weight': 700 }),
      ...content,
    ),
  ]);
}

// Who stands where over many tasks: ranks of the comparisons in a folder, one folder a task, as `supersam compare --out` writes them.
//   npm run build && node test/bench/standing.mjs COMPARISONS docs/benchmarks        writes standing.md, standing.csv and standing.svg there
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from 'simple-statistics';
import { element, text } from '../../dist/src/charts/svg/element.js';
import { svgDocument } from '../../dist/src/charts/svg/frame.js';
import { colourOf, FAINT_INK, FONT, INK } from '../../dist/src/charts/svg/marks.js';

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
  .map((name) => ({ name, ...JSON.parse(readFileSync(join(from, name, 'comparison.json'), 'utf8')) }));
const techniques = tasks[0].summary.techniques.map(({ technique }) => technique).sort();

/** Of each technique after so many trials, 1 the best; the mean rank of those that are level. Undefined: the task ends before. */
function ranksOf({ summary, reference, objectives }, step) {
  const isMore = reference !== null || objectives[0].direction === 'max';
  const reached = techniques.map((technique) => {
    const value = summary.techniques.find((each) => each.technique === technique)?.at[step]?.mean;
    return value === undefined ? undefined : (isMore ? -1 : 1) * value;
  });
  if (reached.includes(undefined)) return undefined;
  return reached.map((own) => {
    const better = reached.filter((other) => other < own).length;
    return 1 + better + (reached.filter((other) => other === own).length - 1) / 2;
  });
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
const line = (cells) => `| ${cells.join(' | ')} |`;

const overall = [
  line(['mean rank', ...ranked.map(({ step, rows }) => `after ${step} trials (${rows.length} tasks)`)]),
  line(['---', ...ranked.map(() => '---:')]),
  ...order.map((i) => line([bold(techniques[i]), ...ranked.map(({ means }) => means[i].toFixed(2))])),
  line(['critical difference', ...ranked.map(({ difference }) => difference.toFixed(2))]),
];
const left = new Set(tasks);
const families = FAMILIES.flatMap(([title, names]) => {
  const own = [...left].filter(({ name }) => names.test(name));
  for (const task of own) left.delete(task);
  if (own.length === 0) return [];
  const rows = own.map((task) => {
    const cells = order.map((i) => {
      const found = task.summary.techniques.find(({ technique }) => technique === techniques[i]);
      return STEPS.map((step) => number(found?.at[step]?.mean))
        .filter(Boolean)
        .join(' / ');
    });
    const goal = task.objectives.map(({ metric, direction }) => `${metric} ${direction === 'max' ? 'up' : 'down'}`);
    return line([task.name, goal.join(', '), task.seeds, ...cells]);
  });
  return [
    `## ${title}`,
    '',
    line(['task', 'objectives', 'seeds', ...order.map((i) => bold(techniques[i]))]),
    line(['---', '---', '---:', ...order.map(() => '---')]),
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
writeFileSync(join(to, 'standing.md'), `${[...head, ...overall, '', ...families].join('\n').trimEnd()}\n`);
writeFileSync(
  join(to, 'standing.csv'),
  `${['task,trials,technique,mean,rank', ...ranked.flatMap(({ step, rows }) => rows.flatMap(({ task, ranks }) => techniques.map((technique, i) => [task, step, technique, tasks.find(({ name }) => name === task).summary.techniques.find((each) => each.technique === technique).at[step].mean, ranks[i]].join(','))))].join('\n')}\n`,
);
writeFileSync(join(to, 'standing.svg'), `${picture()}\n`);

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

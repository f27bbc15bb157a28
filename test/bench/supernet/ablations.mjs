// What each decision of the method is worth: supernets trained for equally many steps, one thing changed at a time, and scored on the
// same subnets with the validation images.
//   npm run build && node test/bench/supernet/ablations.mjs --work /tmp/ablations --out results/ablations.csv [--steps 60]
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mean } from 'simple-statistics';
import { design, drawProbes, make, prepare, prioritize, readOptions, scoreProbes } from './commands.mjs';

const values = readOptions('ablations.mjs', { steps: '60' });
const { work } = values;
const REDUCTIONS = [0.3, 0.5, 0.7];
const PER_SIZE = 4;

const VARIANTS = [
  { name: 'default' },
  { name: 'default, seed 2', train: ['--seed', 2] },
  { name: 'not prioritised', kind: 'none' },
  { name: 'prioritised at random', kind: 'random' },
  { name: 'sequential sandwich', train: ['--sandwich', 'sequential'] },
  { name: 'in-place distillation', train: ['--distill'] },
  { name: 'nothing removable', space: ['--max-removable', 0] },
  {
    name: 'all ranked parts removable, probability 0.5',
    space: ['--max-removable', 99, '--probabilities', 'constant'],
  },
  { name: 'prioritised by magnitude', kind: 'magnitude' },
  { name: 'sequential sandwich, rate 3e-5', train: ['--sandwich', 'sequential', '--rate', 3e-5] },
];

prepare(work);
const whole = { configuration: await wholeConfiguration(), group: 0 };
const probes = [
  whole,
  ...(await drawProbes(work, join(work, 'probes.json'), { reductions: REDUCTIONS, count: PER_SIZE })),
];
const rows = [];
for (const { name, kind = 'wanda', space, train = [] } of VARIANTS) {
  const id = name.replace(/[^a-z0-9]+/g, '-');
  prioritize(work, kind);
  if (space !== undefined) design(work, `space-${id}`, ...space);
  const output = join(work, `supernet-${id}`);
  make(
    join(output, 'network.json'),
    ...[
      'train',
      '--model',
      join(work, `sorted-${kind}`),
      '--space',
      join(work, space ? `space-${id}.json` : 'space.json'),
    ],
    ...['--steps', values.steps, '--evaluate-every', values.steps, '--backend', 'wasm', '--output', output, ...train],
  );
  const scores = await scoreProbes(work, id, output, probes);
  const of = (group) => scores.filter((_, i) => probes[i].group === group);
  const cells = [0, ...REDUCTIONS].flatMap((group) =>
    ['box', 'point'].map((prompt) => mean(of(group).map((s) => s[prompt])).toFixed(4)),
  );
  rows.push([JSON.stringify(name), ...cells].join(','));
  const header = [
    'variant',
    ...['full', ...REDUCTIONS.map((r) => `-${100 * r} %`)].flatMap((g) => [`${g} box`, `${g} point`]),
  ];
  await writeFile(values.out, `${[header.join(','), ...rows].join('\n')}\n`);
  console.log(rows.at(-1));
}

/** Nothing removed, every width whole, as a configuration of the space. */
async function wholeConfiguration() {
  const { parameters } = JSON.parse(await readFile(join(work, 'space.json'), 'utf8'));
  return Object.fromEntries(parameters.map((p) => [p.name, p.type === 'boolean' ? true : p.choices.at(-1)]));
}

// Whether the supernet's scores rank subnets as training them does: subnets of all sizes drawn from the space, scored with the
// supernet's weights, then each extracted and trained alone, at a third of the rate: they have been trained already.
//   npm run build && node test/bench/supernet/rank-correlation.mjs --work /tmp/ablations --out results/rank-correlation.csv
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sampleRankCorrelation } from 'simple-statistics';
import { drawProbes, IMAGES, make, prepare, scoreProbes, supersam } from './commands.mjs';

const { values } = parseArgs({
  options: {
    work: { type: 'string' },
    out: { type: 'string' },
    steps: { type: 'string', default: '60' },
    'fine-tuning': { type: 'string', default: '40' },
    subnets: { type: 'string', default: '10' },
  },
});
if (values.work === undefined || values.out === undefined) {
  console.error('usage: rank-correlation.mjs --work FOLDER --out FILE.csv [--steps N] [--fine-tuning N] [--subnets N]');
  process.exit(2);
}
const { work } = values;
/** Encoder parameters fewer, from and to. */
const [LEAST, MOST] = [0.15, 0.7];
prepare(work);
const supernet = join(work, 'supernet-default');
make(
  join(supernet, 'network.json'),
  ...['train', '--model', join(work, 'sorted-wanda'), '--space', join(work, 'space.json'), '--steps', values.steps],
  ...['--evaluate-every', values.steps, '--backend', 'wasm', '--output', supernet],
);
const count = Number(values.subnets);
const reductions = Array.from({ length: count }, (_, i) => LEAST + ((MOST - LEAST) * i) / (count - 1));
const probes = await drawProbes(work, join(work, 'spread.json'), { reductions, count: 1 });
const before = await scoreProbes(work, 'spread', supernet, probes);
const after = [];
for (const [i, { configuration }] of probes.entries()) {
  const [extracted, tuned] = [join(work, `subnet-${i}`), join(work, `tuned-${i}`)];
  make(
    join(extracted, 'network.json'),
    'extract',
    '--model',
    supernet,
    '--configuration',
    JSON.stringify(configuration),
    '--output',
    extracted,
  );
  make(
    join(tuned, 'network.json'),
    ...['train', '--model', extracted, '--mode', 'full-only', '--rate', 1e-4, '--steps', values['fine-tuning']],
    ...['--evaluate-every', values['fine-tuning'], '--backend', 'wasm', '--output', tuned],
  );
  const { box, point } = JSON.parse(supersam('evaluate', '--model', tuned, '--images', IMAGES, '--json')).scores;
  after.push({ box: box.single, point: point.single });
}
const line = (i) => [i, probes[i].reduction, before[i].box, after[i].box, before[i].point, after[i].point];
const table = probes.map((_, i) =>
  line(i)
    .map((value) => (Number.isInteger(value) ? value : value.toFixed(4)))
    .join(','),
);
await writeFile(
  values.out,
  `subnet,reduction,supernet box,fine-tuned box,supernet point,fine-tuned point\n${table.join('\n')}\n`,
);
for (const prompt of ['box', 'point']) {
  const [x, y] = [before, after].map((scores) => scores.map((score) => score[prompt]));
  console.log(`${prompt}: Spearman ${sampleRankCorrelation(x, y).toFixed(3)} over ${x.length} subnets`);
}

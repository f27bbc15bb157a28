// Whether the supernet's scores rank subnets as training them does: subnets of all sizes drawn from the space, scored with the
// supernet's weights; then each extracted and trained on alone, at a third of the rate, since they have been trained already; and each
// cut from the pre-trained network and trained alone, as if there had been no supernet.
//   npm run build && node test/bench/supernet/rank-correlation.mjs --work /tmp/ablations --out results/rank-correlation.csv
// With --chain FOLDER, of a quickstart or full, its network, space and supernet are taken.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleRankCorrelation } from 'simple-statistics';
import { readModel } from '../../../dist/src/supernet/model/model-folder.js';
import { drawProbes, IMAGES, make, prepare, readOptions, scoreProbes, supersam, takeChain } from './commands.mjs';

const values = readOptions('rank-correlation.mjs', {
  steps: '60',
  'fine-tuning': '40',
  alone: '90',
  subnets: '10',
  chain: '',
});
const { work, chain } = values;
/** Encoder parameters fewer, from and to. */
const [LEAST, MOST] = [0.15, 0.7];
if (chain !== '') await takeChain(work, chain, 'supernet-default');
prepare(work);
const sorted = join(work, 'sorted-wanda');
const supernet = join(work, 'supernet-default');
make(
  join(supernet, 'network.json'),
  ...['train', '--model', sorted, '--space', join(work, 'space.json'), '--steps', values.steps],
  ...['--evaluate-every', values.steps, '--output', supernet],
);
// A chain's pre-trained network keeps the size that it is published for.
const { inputSize } = (await readModel(supernet)).description;
const count = Number(values.subnets);
const reductions = Array.from({ length: count }, (_, i) => LEAST + ((MOST - LEAST) * i) / (count - 1));
const probes = await drawProbes(work, join(work, 'spread.json'), { reductions, count: 1 });
const scored = { supernet: await scoreProbes(work, 'spread', supernet, probes) };
/** What each subnet of a model scores after so many steps alone. */
async function tuned(name, model, ...options) {
  const scores = [];
  for (const [i, { configuration }] of probes.entries()) {
    const subnet = join(work, `${name.replaceAll(' ', '-')}-${i}`);
    const output = `${subnet}-tuned`;
    const chosen = ['--configuration', JSON.stringify(configuration)];
    make(subnet, 'extract', '--model', model, ...chosen, '--output', subnet);
    make(
      join(output, 'network.json'),
      ...['train', '--model', subnet, '--mode', 'full-only', '--input-size', inputSize, '--evaluate-every', 1000],
      ...['--output', output, ...options],
    );
    const { box, point } = JSON.parse(supersam('evaluate', '--model', output, '--images', IMAGES, '--json')).scores;
    scores.push({ box: box.single, point: point.single });
    scored[name] = scores;
    await report();
  }
}
await tuned('trained on', supernet, '--steps', values['fine-tuning'], '--rate', 1e-4);
await tuned('cut and alone', sorted, '--steps', values.alone);

/** The table of what is known, and how far each way of training ranks as the supernet does. */
async function report() {
  const ways = Object.keys(scored);
  const lines = probes.map(({ reduction }, i) => {
    const scores = ways.flatMap((way) => ['box', 'point'].map((prompt) => scored[way][i]?.[prompt]));
    return [i, ...[reduction, ...scores].map((value) => value?.toFixed(4) ?? '')].join(',');
  });
  const header = ['subnet', 'reduction', ...ways.flatMap((way) => [`${way} box`, `${way} point`])];
  await writeFile(values.out, `${[header.join(','), ...lines].join('\n')}\n`);
  for (const way of ways.slice(1)) {
    const count = scored[way].length;
    if (count < 3) continue;
    const correlations = ['box', 'point'].map((prompt) => {
      const [x, y] = [scored.supernet, scored[way]].map((scores) => scores.slice(0, count).map((s) => s[prompt]));
      return `${prompt} ${sampleRankCorrelation(x, y).toFixed(3)}`;
    });
    console.log(`${way}, Spearman over ${count} subnets: ${correlations.join(', ')}`);
  }
}

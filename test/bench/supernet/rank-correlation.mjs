// Whether the supernet's scores rank subnets as training them does: subnets of all sizes drawn from the space, scored with the
// supernet's weights; then each extracted and trained on alone, at a third of the rate, since they have been trained already; and each
// cut from the pre-trained network and trained alone, as if there had been no supernet. Beside it how far their size alone ranks them, and
// how far the scores do where size is taken out (partial rank correlation).
//   npm run build && node test/bench/supernet/rank-correlation.mjs --work /tmp/ablations --out results/rank-correlation.csv
// With --chain FOLDER, of a quickstart or full, its network, space and supernet are taken; with --alone 0 nothing is cut and trained alone.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleRankCorrelation } from 'simple-statistics';
import { readModel } from '../../../dist/src/supernet/model/model-folder.js';
import { drawProbes, make, prepare, readOptions, supersam, takeChain } from './commands.mjs';

const values = readOptions('rank-correlation.mjs', {
  ...{ steps: '60', 'fine-tuning': '40', alone: '90', subnets: '10' },
  ...{ split: 'val', images: '20', chain: '' },
});
const { work, chain } = values;
/** Encoder parameters fewer, from and to. */
const [LEAST, MOST] = [0.15, 0.7];
/** What is ranked: the single mask, and the best of the three of the multimask output. */
const SCORES = ['single', 'oracle'].flatMap((mask) => ['box', 'point'].map((prompt) => ({ prompt, mask })));
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
const scored = { supernet: [] };
for (const i of probes.keys()) scored.supernet.push(score(extracted('trained on', supernet, i)));
await tuned('trained on', supernet, '--steps', values['fine-tuning'], '--rate', 1e-4);
if (values.alone !== '0') await tuned('cut and alone', sorted, '--steps', values.alone);

/** The folder of a probe cut from a model. */
function extracted(name, model, i) {
  const subnet = join(work, `${name.replaceAll(' ', '-')}-${i}`);
  const chosen = ['--configuration', JSON.stringify(probes[i].configuration)];
  make(subnet, 'extract', '--model', model, ...chosen, '--output', subnet);
  return subnet;
}

function score(model) {
  const asked = ['--split', values.split, '--images', values.images, '--json'];
  const { scores } = JSON.parse(supersam('evaluate', '--model', model, ...asked));
  return SCORES.map(({ prompt, mask }) => scores[prompt][mask]);
}

/** What each subnet of a model scores after so many steps alone. */
async function tuned(name, model, ...options) {
  scored[name] = [];
  for (const i of probes.keys()) {
    const subnet = extracted(name, model, i);
    const output = `${subnet}-tuned`;
    make(
      join(output, 'network.json'),
      ...['train', '--model', subnet, '--mode', 'full-only', '--input-size', inputSize, '--evaluate-every', 1000],
      ...['--output', output, ...options],
    );
    scored[name].push(score(output));
    await report();
  }
}

/** The table of what is known, and how far each way of training ranks as the supernet does. */
async function report() {
  const ways = Object.keys(scored);
  const lines = probes.map(({ reduction }, i) => {
    const scores = ways.flatMap((way) => SCORES.map((_, k) => scored[way][i]?.[k]));
    return [i, ...[reduction, ...scores].map((value) => value?.toFixed(4) ?? '')].join(',');
  });
  const named = ({ prompt, mask }) => (mask === 'single' ? prompt : `${prompt} best of three`);
  const header = ['subnet', 'reduction', ...ways.flatMap((way) => SCORES.map((each) => `${way} ${named(each)}`))];
  await writeFile(values.out, `${[header.join(','), ...lines].join('\n')}\n`);
  for (const way of ways.slice(1)) {
    const { length } = scored[way];
    if (length < 4) continue;
    const size = probes.slice(0, length).map(({ reduction }) => -reduction);
    for (const [k, each] of SCORES.entries()) {
      const [x, y] = [scored.supernet.slice(0, length), scored[way]].map((all) => all.map((scores) => scores[k]));
      const [xy, xs, ys] = [
        [x, y],
        [x, size],
        [y, size],
      ].map(([a, b]) => sampleRankCorrelation(a, b));
      const partial = (xy - xs * ys) / Math.sqrt((1 - xs ** 2) * (1 - ys ** 2));
      const told = [xy, ys, partial].map((value) => value.toFixed(3));
      console.log(
        `${way}, ${named(each)}, Spearman over ${length} subnets: supernet ${told[0]}, size ${told[1]}, supernet with size taken out ${told[2]}`,
      );
    }
  }
}

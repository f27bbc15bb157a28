// What training a chosen subnet on alone is worth, and the mean of its weights before and after: supernets of several training seeds,
// each searched; the best subnet of each size as it was chosen, trained on in several ways, and averaged with what it was; the same
// cut from the prioritised network and tuned alone, and the mean of both. Beside them the whole network tuned alone, and its mean with
// the whole of the supernet. At 224 pixels on nuclei.
//   npm run build && node test/bench/supernet/finishing.mjs --work /tmp/ablations --out results/finishing.csv [--seeds 1,2,3]
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chosenSubnets, make, prepare, readOptions, searchedSupernet, supersam, TEST } from './commands.mjs';

const values = readOptions('finishing.mjs', {
  seeds: '1,2,3',
  steps: '60',
  trials: '100',
  ways: '15@1e-4,60@1e-4,60@3e-4',
});
const { work, out } = values;
prepare(work);
const rows = [];
for (const seed of values.seeds.split(',')) {
  const searched = await searchedSupernet(work, 'space', { ...values, seed });
  const train = (model, output, ...options) => {
    make(
      join(output, 'network.json'),
      ...['train', '--model', model, '--mode', 'full-only', '--seed', seed, '--evaluate-every', 1000],
      ...['--output', output, ...options],
    );
    return output;
  };
  const mean = (a, b, output) => {
    make(output, 'average', a, b, '--output', output);
    return output;
  };
  const sorted = join(work, 'sorted-wanda');
  for (const { reduction, configuration, subnet } of await chosenSubnets(work, searched, [0.3, 0.5, 0.7])) {
    const size = `-${Math.round(100 * reduction)} %`;
    await report(seed, size, 'as chosen', subnet);
    for (const way of values.ways.split(',')) {
      const [steps, rate] = way.split('@');
      const tuned = train(subnet, `${subnet}-tuned-${way}`, '--steps', steps, '--rate', rate);
      await report(seed, size, `${steps} steps at ${rate}`, tuned);
      await report(seed, size, `mean, ${steps} steps at ${rate}`, mean(subnet, tuned, `${subnet}-mean-${way}`));
    }
    const cut = `${subnet}-cut`;
    make(cut, 'extract', '--model', sorted, '--configuration', configuration, '--output', cut);
    const tuned = train(cut, `${cut}-tuned`, '--steps', values.steps);
    await report(seed, size, 'cut and tuned alone', tuned);
    await report(seed, size, 'mean of the subnet and the cut one', mean(subnet, tuned, `${cut}-mean`));
  }
  const alone = train(sorted, join(searched.folder, 'whole-tuned'), '--steps', values.steps);
  await report(seed, 'whole', 'tuned alone', alone);
  const both = mean(searched.supernet, alone, join(searched.folder, 'whole-mean'));
  await report(seed, 'whole', 'mean of the supernet and the network tuned alone', both);
}

async function report(seed, size, way, model) {
  const { scores } = JSON.parse(supersam('evaluate', '--model', model, ...TEST, '--json'));
  rows.push([seed, size, `"${way}"`, scores.box.single.toFixed(4), scores.point.single.toFixed(4)]);
  const lines = rows.map((row) => row.join(','));
  await writeFile(out, `${['seed,size,way,box,point', ...lines].join('\n')}\n`);
  console.log(lines.at(-1));
}

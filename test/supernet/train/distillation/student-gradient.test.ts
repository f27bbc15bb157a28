import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/base/rng.js';
import { openDataset } from '../../../../src/supernet/data/dataset.js';
import { createEncoder, inputFormat } from '../../../../src/supernet/model/description.js';
import { fullSubnet } from '../../../../src/supernet/model/network.js';
import { tryNative } from '../../../../src/supernet/run-tfjs/backend.js';
import { loadTrainingBackend } from '../../../../src/supernet/train/backend.js';
import { initialWeights } from '../../../../src/supernet/train/distillation/first-weights.js';
import { studentNames } from '../../../../src/supernet/train/distillation/student-gradient.js';
import { createGradient } from '../../../../src/supernet/train/executor.js';
import { flattenParameters } from '../../../../src/supernet/train/flat-parameters.js';
import { trainableNames } from '../../../../src/supernet/train/image-gradient.js';
import { drawExample, type TrainingExample } from '../../../../src/supernet/train/training-example.js';
import { tinyModel } from '../tiny-model.js';
import { tinyStudent } from './tiny-student.js';

const teacher = tinyModel();
let examples: TrainingExample[];

beforeAll(async () => {
  const folder = resolve(import.meta.dirname, '../../../../data/dsb2018-nuclei');
  const dataset = await openDataset(folder, 'train', { limit: 2 });
  const format = inputFormat(tinyStudent());
  examples = [await drawExample(dataset, format, 1, 1, 2, 0), await drawExample(dataset, format, 1, 1, 2, 1)];
});

const native = await tryNative();
const backends = ['onnx', 'wasm', ...('reason' in native ? [] : ['native' as const])] as const;

describe.each(backends)("a student's gradient on %s", (backend) => {
  it.each(['efficientsam-ti', 'vit-b'] as const)('is right for %s, embedding and masks', async (name) => {
    const loaded = await loadTrainingBackend(backend);
    const tensors = () => ('tf' in loaded ? loaded.tf.memory().numTensors : 0);
    const description = tinyStudent(name);
    const encoder = createEncoder(description);
    const { inputSize } = encoder;
    const weights = initialWeights(encoder, teacher.weights, 1);
    const flat = flattenParameters(weights, studentNames(encoder));
    const student = createGradient('student', loaded, { description, inputSize, weights, flat, jobs: 1 });
    const rng = createRng('embeddings');
    const embeddings = examples.map(() =>
      Float32Array.from({ length: encoder.grid ** 2 * encoder.channels }, () => rng.normal()),
    );
    const gradientOf = async (withMasks: boolean) => {
      const gradient = new Float32Array(flat.values.length);
      return { gradient, ...(await student.run({ examples, embeddings, withMasks }, gradient)) };
    };
    const { gradient: plain } = await gradientOf(false);
    const before = tensors();
    const { gradient: both, mask } = await gradientOf(true);
    expect(tensors()).toBe(before);

    // Along the gradient the loss of the embedding rises by the gradient's squared length.
    const start = flat.values.slice();
    const squared = plain.reduce((sum, value) => sum + value * value, 0);
    const step = 1e-3 / Math.sqrt(squared);
    const lossAt = async (amount: number) => {
      plain.forEach((value, i) => {
        flat.values[i] = (start[i] as number) + amount * value;
      });
      const { cosine, l2 } = await gradientOf(false);
      return cosine + l2;
    };
    expect(((await lossAt(step)) - (await lossAt(-step))) / (2 * step * squared)).toBeCloseTo(1, 1);
    flat.values.set(start);

    // What the masks add is what the supernet's training works out, image by image, with a decoder that learns as well.
    const all = flattenParameters(weights, trainableNames(encoder));
    const training = createGradient('subnets', loaded, { description, inputSize, weights, flat: all, jobs: 1 });
    const expected = new Float32Array(all.values.length);
    let loss = 0;
    for (const example of examples) {
      const gradient = new Float32Array(all.values.length);
      const [own = 0] = await training.run({ example, subnets: [fullSubnet(encoder)] }, gradient);
      loss += own;
      gradient.forEach((value, i) => {
        expected[i] = (expected[i] as number) + value;
      });
    }
    expect(mask).toBeCloseTo(loss, 3);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [i, slot] of flat.slots.entries()) {
      const from = all.slots[i] as typeof slot;
      expect(from.name).toBe(slot.name);
      for (let k = 0; k < slot.length; k++) {
        const added = (both[slot.offset + k] as number) - (plain[slot.offset + k] as number);
        const off = Math.abs(added - (expected[from.offset + k] as number)) / largest;
        if (off > 1e-4) expect.fail(`${slot.name}[${k}] is off by ${off}`);
      }
    }
  });
});

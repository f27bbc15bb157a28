import { describe, expect, it } from 'vitest';
import { architecture } from '../../../../src/supernet/model/architectures.js';
import { createEncoder, parseDescription } from '../../../../src/supernet/model/description.js';
import { checkTensors } from '../../../../src/supernet/model/model-folder.js';
import {
  initialWeights,
  learntStudent,
  studentDescription,
} from '../../../../src/supernet/train/distillation/student.js';
import { tinyModel } from '../tiny-model.js';

const teacher = tinyModel();

describe("a student's description", () => {
  it('has the published layers, and the input, the decoder and the map of the teacher', () => {
    const minisam = architecture('mobilesam');
    const student = studentDescription(minisam, 224, 'efficientsam-ti', {});
    const published = architecture('efficientsam-ti').encoder;
    // Its position table has as many entries as the map has cells, which are 14 x 14 in the published one, too.
    expect(student.encoder).toEqual(published);
    const { pixelMean, pixelStd, resize } = minisam;
    expect(student).toMatchObject({ inputSize: 224, pixelMean, pixelStd, decoder: 'sam' });
    expect(student.resize).toBe(resize);
    const [own, reference] = [createEncoder(student), createEncoder(minisam, 224)];
    expect([own.grid, own.channels]).toEqual([reference.grid, reference.channels]);
    expect(parseDescription(JSON.parse(JSON.stringify(student)), 'student')).toEqual(student);
  });

  it("keeps the global layers of SAM's encoders at the end of every quarter, at any depth", () => {
    for (const name of ['vit-b', 'vit-l', 'vit-h'] as const) {
      const { encoder } = studentDescription(architecture('mobilesam'), 1024, name, {});
      expect(encoder).toEqual(architecture(name).encoder);
    }
    const { encoder } = studentDescription(architecture('mobilesam'), 448, 'vit-b', { depth: 8, channels: 256 });
    expect(encoder.family === 'sam-vit' && encoder.layers.map(({ window }) => window)).toEqual([
      14, 0, 14, 0, 14, 0, 14, 0,
    ]);
    expect(encoder).toMatchObject({ channels: 256, headChannels: 64, positionGrid: 28 });
  });

  it('takes a number of heads of its own, and refuses sizes that no network has', () => {
    const own = studentDescription(teacher.description, 64, 'efficientsam-ti', { depth: 2, channels: 24, heads: 3 });
    expect(own.encoder).toMatchObject({ headChannels: 8, layers: [{ heads: 3, mlpWidth: 96 }, { heads: 3 }] });
    expect(() => studentDescription(teacher.description, 64, 'efficientsam-ti', { channels: 100 })).toThrow(
      /100 channels do not fall into/,
    );
    expect(() => studentDescription(teacher.description, 64, 'mobilesam', {})).toThrow(/no plain vision transformer/);
    // The tiny teacher rounds its map up where a patch of 16 pixels does not fit.
    expect(() => studentDescription(architecture('efficientsam-ti'), 100, 'vit-b', {})).toThrow(
      /multiples of its patch/,
    );
  });
});

describe('a student that has weights', () => {
  const own = teacher.description;

  it("keeps its layers and takes the teacher's input size", () => {
    const { encoder, name, inputSize } = learntStudent(own, own, 128);
    expect({ encoder, name, inputSize }).toEqual({ encoder: own.encoder, name: 'tiny-distilled', inputSize: 128 });
  });

  it('is refused where it could not learn from the teacher', () => {
    expect(() => learntStudent({ ...own, pixelMean: [0, 0, 0] }, own, 64)).toThrow(/reads images or prompts otherwise/);
    expect(() => learntStudent({ ...own, decoder: 'efficientsam' }, own, 64)).toThrow(
      /reads images or prompts otherwise/,
    );
    expect(() => learntStudent({ ...own, encoder: { ...own.encoder, neckChannels: 128 } }, own, 64)).toThrow(
      /embeds into/,
    );
  });
});

describe("a student's first weights", () => {
  const student = studentDescription(teacher.description, 64, 'efficientsam-ti', { depth: 2, channels: 128 });
  const encoder = createEncoder(student);
  const weights = initialWeights(encoder, teacher.weights, 1);
  const values = (name: string) => weights.get(name)?.data ?? new Float32Array();

  it('fit the description and follow from the seed', () => {
    expect(() => checkTensors(student, weights, 'student')).not.toThrow();
    const again = initialWeights(encoder, teacher.weights, 1);
    const other = initialWeights(encoder, teacher.weights, 2);
    const positions = (from: typeof weights) => from.get('image_encoder.pos_embed')?.data.slice(0, 100);
    expect(positions(again)).toEqual(positions(weights));
    expect(positions(other)).not.toEqual(positions(weights));
  });

  it('are a normal cut at two deviations: matrices and positions of 0.02, kernels of 1 / sqrt(inputs)', () => {
    // A standard normal cut at 2 has the deviation 0.8796.
    for (const [name, spread] of [
      ['image_encoder.blocks.1.attn.qkv.weight', 0.02],
      ['image_encoder.pos_embed', 0.02],
      ['image_encoder.patch_embed.proj.weight', 1 / Math.sqrt(3 * 16 * 16)],
      ['image_encoder.neck.0.weight', 1 / Math.sqrt(128)],
    ] as const) {
      const data = values(name);
      const deviation = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
      expect(Math.max(...data.map(Math.abs)), name).toBeLessThanOrEqual(2 * spread * (1 + 1e-6));
      expect(deviation / spread, name).toBeCloseTo(0.88, 1);
    }
    expect(new Set(values('image_encoder.blocks.0.norm1.weight'))).toEqual(new Set([1]));
    expect(new Set(values('image_encoder.blocks.0.mlp.fc1.bias'))).toEqual(new Set([0]));
  });

  it("take the teacher's decoder and the neck behind its first convolution", () => {
    for (const name of ['mask_decoder.iou_token.weight', 'image_encoder.neck.2.weight', 'image_encoder.neck.3.bias'])
      expect(weights.get(name)).toBe(teacher.weights.get(name));
  });
});

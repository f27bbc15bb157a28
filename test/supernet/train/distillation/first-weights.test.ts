import { describe, expect, it } from 'vitest';
import { createEncoder } from '../../../../src/supernet/model/description.js';
import { checkTensors } from '../../../../src/supernet/model/model-folder.js';
import { initialWeights } from '../../../../src/supernet/train/distillation/first-weights.js';
import { studentDescription } from '../../../../src/supernet/train/distillation/student.js';
import { tinyModel } from '../tiny-model.js';

const teacher = tinyModel();

describe("a student's first weights", () => {
  const student = studentDescription(teacher.description, 64, 'efficientsam-ti', { depth: 2, channels: 128 });
  const encoder = createEncoder(student);
  const weights = initialWeights(encoder, teacher.weights, 1);
  const values = (name: string) => weights.get(name)?.data ?? new Float32Array();

  it('fit the description and follow from the seed', () => {
    expect(() => checkTensors(student, weights, 'student')).not.toThrow();
    const again = initialWeights(encoder, teacher.weights, 1);
    const other = initialWeights(encoder, teacher.weights, 2);
    const queries = (from: typeof weights) => from.get('image_encoder.blocks.0.attn.qkv.weight')?.data.slice(0, 100);
    expect(queries(again)).toEqual(queries(weights));
    expect(queries(other)).not.toEqual(queries(weights));
  });

  it('are a normal cut at two deviations: MLPs of 0.02, kernels of 1 / sqrt(inputs)', () => {
    // A standard normal cut at 2 has the deviation 0.8796.
    for (const [name, spread] of [
      ['image_encoder.blocks.1.mlp.fc1.weight', 0.02],
      ['image_encoder.patch_embed.proj.weight', 1 / Math.sqrt(3 * 16 * 16)],
      ['image_encoder.neck.0.weight', 1 / Math.sqrt(128)],
    ] as const) {
      const data = values(name);
      expect(Math.max(...data.map(Math.abs)), name).toBeLessThanOrEqual(2 * spread * (1 + 1e-6));
      expect(deviation(data) / spread, name).toBeCloseTo(0.88, 1);
    }
    expect(new Set(values('image_encoder.blocks.0.norm1.weight'))).toEqual(new Set([1]));
    expect(new Set(values('image_encoder.blocks.0.mlp.fc1.bias'))).toEqual(new Set([0]));
  });

  it('let a token attend to what resembles it, and take some of it away', () => {
    const layer = 'image_encoder.blocks.1.attn';
    const qkv = values(`${layer}.qkv.weight`);
    const part = qkv.length / 3;
    const [queries, keys, vs] = [0, 1, 2].map((i) => qkv.slice(i * part, (i + 1) * part)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    expect(correlation(queries, keys)).toBeCloseTo(Math.SQRT1_2, 1);
    expect(correlation(queries, vs)).toBeCloseTo(0, 1);
    expect(deviation(queries) / deviation(vs)).toBeCloseTo(1.5, 1);
    // Projection times values is near -0.4 times the identity: E[V'V] = channels * variance.
    const projection = values(`${layer}.proj.weight`);
    const product = (i: number, j: number) => {
      let sum = 0;
      for (let k = 0; k < 128; k++) sum += (projection[i * 128 + k] as number) * (vs[k * 128 + j] as number);
      return sum;
    };
    const all = Array.from({ length: 128 }, (_, i) => Array.from({ length: 128 }, (_, j) => product(i, j)));
    const diagonal = mean(all.map((row, i) => row[i] as number));
    const beside = mean(all.flatMap((row, i) => row.filter((_, j) => j !== i)));
    expect(diagonal).toBeCloseTo(-0.4 * 0.88 ** 2, 1);
    expect(beside).toBeCloseTo(0, 2);
  });

  it('have positions of length sqrt(channels / 2) that are the more alike the nearer their cells are', () => {
    const table = values('image_encoder.pos_embed');
    const side = 4;
    expect(table).toHaveLength((side * side + 1) * 128);
    expect(new Set(table.slice(0, 128))).toEqual(new Set([0]));
    const at = (row: number, column: number) => {
      const from = (1 + row * side + column) * 128;
      return table.slice(from, from + 128);
    };
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
    expect(dot(at(2, 1), at(2, 1))).toBeCloseTo(64, 4);
    const along = [0, 1, 2, 3].map((column) => dot(at(1, 0), at(1, column)));
    expect(along).toEqual(along.toSorted((a, b) => b - a));
    // The same distance along either axis, from anywhere.
    expect(dot(at(0, 0), at(0, 2))).toBeCloseTo(dot(at(1, 3), at(3, 3)), 4);
  });

  it("take the teacher's decoder and the neck behind its first convolution", () => {
    for (const name of ['mask_decoder.iou_token.weight', 'image_encoder.neck.2.weight', 'image_encoder.neck.3.bias'])
      expect(weights.get(name)).toBe(teacher.weights.get(name));
  });
});

const mean = (data: ArrayLike<number>) => Array.from(data).reduce((sum, value) => sum + value, 0) / data.length;
const deviation = (data: Float32Array) => Math.sqrt(mean(data.map((value) => value * value)));
const correlation = (a: Float32Array, b: Float32Array) =>
  mean(a.map((value, i) => value * (b[i] as number))) / (deviation(a) * deviation(b));

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

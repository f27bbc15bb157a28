import { describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/base/rng.js';
import { embeddingLoss } from '../../../../src/supernet/train/distillation/student-gradient.js';

const noise = (seed: string, length: number) => {
  const rng = createRng(seed);
  return Float32Array.from({ length }, () => rng.normal());
};

describe('the loss of an embedding', () => {
  it('is what the two formulas say for vectors worked out by hand', () => {
    // Two cells: one at a right angle to the teacher's, one twice as long in the same direction.
    const { cosine, l2, loss } = embeddingLoss(Float32Array.of(0, 1, 6, 8), Float32Array.of(2, 0, 3, 4), 2);
    expect(cosine).toBeCloseTo(0.5, 6);
    expect(l2).toBeCloseTo((4 + 1 + 9 + 16) / (4 + 25), 6);
    expect(loss).toBeCloseTo(cosine + l2, 12);
  });

  it('has the gradient that finite differences give', () => {
    const [student, teacher] = [noise('student', 15), noise('teacher', 15)];
    const { gradient } = embeddingLoss(student, teacher, 5);
    const step = 1e-2;
    student.forEach((value, i) => {
      const at = (x: number) => embeddingLoss(student.with(i, x), teacher, 5).loss;
      expect(gradient[i]).toBeCloseTo((at(value + step) - at(value - step)) / (2 * step), 3);
    });
  });

  it('does not depend on the scale of the embeddings', () => {
    const [student, teacher] = [noise('student', 12), noise('teacher', 12)];
    const scaled = (x: Float32Array) => x.map((value) => 8 * value);
    expect(embeddingLoss(scaled(student), scaled(teacher), 4).loss).toBeCloseTo(
      embeddingLoss(student, teacher, 4).loss,
      6,
    );
  });

  it('is 0 with no gradient where both are the same, and finite for a map of zeros', () => {
    const teacher = noise('teacher', 12);
    const same = embeddingLoss(teacher, teacher, 4);
    expect(same.loss).toBeCloseTo(0, 6);
    expect(Math.max(...same.gradient.map(Math.abs))).toBeLessThan(1e-6);
    expect(embeddingLoss(new Float32Array(12), teacher, 4).gradient.every(Number.isFinite)).toBe(true);
  });
});

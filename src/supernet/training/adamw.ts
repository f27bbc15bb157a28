import type { ParameterSlot } from './flat-parameters.js';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Of matrices and kernels; vectors (biases, norms) are left alone. */
  readonly weightDecay: number;
}

export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };

export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export const createMoments = (length: number): Moments => ({
  first: new Float32Array(length),
  second: new Float32Array(length),
});

/**
 * One step of AdamW (Loshchilov and Hutter, 2019) in place; `step` counts from 1.
 * @param rate learning rate of this step
 */
export function adamWStep(
  values: Float32Array,
  gradient: Float32Array,
  moments: Moments,
  slots: readonly Pick<ParameterSlot, 'shape' | 'offset' | 'length'>[],
  rate: number,
  step: number,
  { beta1, beta2, epsilon, weightDecay }: AdamWOptions = adamWDefaults,
): void {
  const { first, second } = moments;
  const correct1 = 1 - beta1 ** step;
  const correct2 = 1 - beta2 ** step;
  for (const { shape, offset, length } of slots) {
    const keep = shape.length > 1 ? 1 - rate * weightDecay : 1;
    for (let i = offset; i < offset + length; i++) {
      const g = gradient[i] as number;
      const m = beta1 * (first[i] as number) + (1 - beta1) * g;
      const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      values[i] = (values[i] as number) * keep - (rate * (m / correct1)) / (Math.sqrt(v / correct2) + epsilon);
    }
  }
}

/** Scales the gradient in place so that its L2 norm is at most `limit`; returns the norm it had. */
export function clipNorm(gradient: Float32Array, limit: number): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += (gradient[i] as number) ** 2;
  const norm = Math.sqrt(sum);
  if (norm > limit) for (let i = 0; i < gradient.length; i++) gradient[i] = ((gradient[i] as number) * limit) / norm;
  return norm;
}

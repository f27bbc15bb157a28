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
 * @param scale what every entry of the gradient is multiplied with
 */
export function adamWStep(
  values: Float32Array,
  gradient: Float32Array,
  moments: Moments,
  slots: readonly Pick<ParameterSlot, 'shape' | 'offset' | 'length'>[],
  rate: number,
  step: number,
  scale = 1,
  { beta1, beta2, epsilon, weightDecay }: AdamWOptions = adamWDefaults,
): void {
  const { first, second } = moments;
  const size = rate / (1 - beta1 ** step);
  const correct = 1 / Math.sqrt(1 - beta2 ** step);
  for (const { shape, offset, length } of slots) {
    const keep = shape.length > 1 ? 1 - rate * weightDecay : 1;
    for (let i = offset; i < offset + length; i++) {
      const g = scale * (gradient[i] as number);
      const m = beta1 * (first[i] as number) + (1 - beta1) * g;
      const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      values[i] = (values[i] as number) * keep - (size * m) / (Math.sqrt(v) * correct + epsilon);
    }
  }
}

/** Adds the gradients up in the first of them and returns the L2 norm of the sum. */
export function sumInPlace([total, ...others]: readonly [Float32Array, ...Float32Array[]]): number {
  for (const other of others)
    for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (other[i] as number);
  let squares = 0;
  for (let i = 0; i < total.length; i++) squares += (total[i] as number) ** 2;
  return Math.sqrt(squares);
}

/** The factor that brings a gradient of this norm down to at most `limit`. */
export const clipScale = (norm: number, limit: number): number => (norm > limit ? limit / norm : 1);

export const schedules = ['cosine', 'constant'] as const;
export type Schedule = (typeof schedules)[number];

/**
 * Linear warm-up to the peak, then a cosine, or the peak as it is. Steps count from 1. The cosine is 0 one step behind the last, so that
 * the first and the last step learn too.
 * @param warmUp steps, at most half of the training's; 0 for none
 */
export function learningRate(
  step: number,
  steps: number,
  peak: number,
  warmUp: number,
  schedule: Schedule = 'cosine',
): number {
  const ramp = Math.min(warmUp, Math.max(1, Math.floor(steps / 2)));
  if (step <= ramp) return (peak * step) / ramp;
  if (schedule === 'constant') return peak;
  const top = Math.max(1, ramp);
  return (peak * (1 + Math.cos((Math.PI * (step - top)) / (steps - top + 1)))) / 2;
}

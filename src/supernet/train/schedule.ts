export const schedules = ['cosine', 'constant'] as const;
export type Schedule = (typeof schedules)[number];

/**
 * Linear warm-up, then a cosine to 0 at the last step, or the peak as it is. Steps count from 1; the first of them already learns.
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
  return (peak * (1 + Math.cos((Math.PI * (step - ramp)) / (steps - ramp)))) / 2;
}

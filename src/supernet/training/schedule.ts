/** Linear warm-up, then a cosine to 0 at the last step. Steps count from 1; the first of them already learns. */
export function learningRate(step: number, steps: number, peak: number, warmUp: number): number {
  const ramp = Math.min(warmUp, Math.max(1, Math.floor(steps / 2)));
  if (step <= ramp) return (peak * step) / ramp;
  return (peak * (1 + Math.cos((Math.PI * (step - ramp)) / (steps - ramp)))) / 2;
}

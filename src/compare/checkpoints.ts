/** 50, 100, 200, 500, 1000, … up to the budget, and the budget itself. */
export function checkpoints(trials: number): number[] {
  const steps: number[] = [];
  for (let power = 10; power <= trials; power *= 10) steps.push(power, 2 * power, 5 * power);
  return [...steps.filter((step) => step >= 50 && step < trials), trials];
}

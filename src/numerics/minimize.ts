/**
 * Writes the gradient at `point` into `gradient` and returns the value; Infinity where there is none. The gradient may be
 * left out where it is not wanted at that value.
 */
export type Differentiable = (
  point: readonly number[],
  gradient: Float64Array,
  isWanted: (value: number) => boolean,
) => number;

export interface MinimizeOptions {
  /** Evaluations of the function in all. */
  readonly evaluations: number;
  /** Stops when a step gains less than this. */
  readonly tolerance?: number;
  /** A step changes no coordinate by more, so that a bad model of the curvature does no harm. */
  readonly longest?: number;
}

const MEMORY = 8;
const ARMIJO = 1e-4;

/** The best point found from `start` by L-BFGS (Liu and Nocedal, 1989) with a backtracking line search. */
export function minimize(
  evaluate: Differentiable,
  start: readonly number[],
  { evaluations, tolerance = 1e-3, longest = 2 }: MinimizeOptions,
): { point: number[]; value: number } {
  const gradient = new Float64Array(start.length);
  let point = [...start];
  let value = evaluate(point, gradient, () => evaluations > 1);
  let left = evaluations - 1;
  const pairs: { readonly step: number[]; readonly change: number[]; readonly curvature: number }[] = [];
  while (left > 0 && Number.isFinite(value)) {
    const direction = descent(gradient, pairs);
    const slope = dot(direction, gradient);
    if (!(slope < 0)) break;
    const largest = direction.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    let length = Math.min(1, longest / largest);
    const before = { point, value, gradient: Float64Array.from(gradient) };
    let accepted = false;
    while (left > 0 && !accepted) {
      const next = before.point.map((x, i) => x + length * direction[i]!);
      left--;
      const isEnough = (found: number) => found <= before.value + ARMIJO * length * slope;
      const isLast = (found: number) => left === 0 || before.value - found < tolerance;
      const found = evaluate(next, gradient, (reached) => isEnough(reached) && !isLast(reached));
      accepted = isEnough(found);
      if (accepted) [point, value] = [next, found];
      else length *= 0.35;
    }
    if (!accepted || left === 0 || before.value - value < tolerance) break;
    const step = point.map((x, i) => x - before.point[i]!);
    const change = step.map((_, i) => gradient[i]! - before.gradient[i]!);
    const curvature = dot(step, change);
    if (curvature > 1e-10) pairs.push({ step, change, curvature });
    if (pairs.length > MEMORY) pairs.shift();
  }
  return { point, value };
}

/** The two-loop recursion. */
function descent(
  gradient: Float64Array,
  pairs: readonly { readonly step: number[]; readonly change: number[]; readonly curvature: number }[],
): number[] {
  const direction = Array.from(gradient, (x) => -x);
  const factors: number[] = [];
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { step, change, curvature } = pairs[k]!;
    factors[k] = dot(step, direction) / curvature;
    for (const [i, x] of change.entries()) direction[i]! -= factors[k]! * x;
  }
  const last = pairs.at(-1);
  // Without a model of the curvature the first step is short: a gradient's length says little about distance.
  const scale =
    last === undefined
      ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)))
      : last.curvature / dot(last.change, last.change);
  for (const i of direction.keys()) direction[i]! *= scale;
  for (const [k, { step, change, curvature }] of pairs.entries()) {
    const factor = factors[k]! - dot(change, direction) / curvature;
    for (const [i, x] of step.entries()) direction[i]! += factor * x;
  }
  return direction;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

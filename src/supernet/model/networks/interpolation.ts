/** Weights of the taps of one output position. */
type Taps = (position: number, length: number) => readonly (readonly [index: number, weight: number])[];

/** Row-major `[outputs, inputs]`, as PyTorch's `interpolate(mode='linear', align_corners=False)` weighs its inputs. */
export const linearInterpolation = (outputs: number, inputs: number): Float32Array => matrix(outputs, inputs, linear);

/** As `linearInterpolation`, for `mode='bicubic'` along one axis (Keys' kernel with a = -0.75). */
export const cubicInterpolation = (outputs: number, inputs: number): Float32Array => matrix(outputs, inputs, cubic);

/** One array for equal sizes, so that a graph stores it once. */
const known = new Map<string, Float32Array>();

function matrix(outputs: number, inputs: number, taps: Taps): Float32Array {
  const key = `${taps.name} ${outputs} ${inputs}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const weights = new Float32Array(outputs * inputs);
  for (let i = 0; i < outputs; i++) {
    for (const [index, weight] of taps(((i + 0.5) * inputs) / outputs - 0.5, inputs)) {
      const at = i * inputs + Math.min(inputs - 1, Math.max(0, index));
      weights[at] = (weights[at] as number) + weight;
    }
  }
  known.set(key, weights);
  return weights;
}

function linear(position: number): ReturnType<Taps> {
  const from = Math.max(0, position);
  const index = Math.floor(from);
  return [
    [index, 1 - (from - index)],
    [index + 1, from - index],
  ];
}

const A = -0.75;
const near = (x: number) => ((A + 2) * x - (A + 3)) * x * x + 1;
const far = (x: number) => ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;

function cubic(position: number): ReturnType<Taps> {
  const index = Math.floor(position);
  const t = position - index;
  return [
    [index - 1, far(t + 1)],
    [index, near(t)],
    [index + 1, near(1 - t)],
    [index + 2, far(2 - t)],
  ];
}

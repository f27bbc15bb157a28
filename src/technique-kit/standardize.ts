export interface Standardized {
  /** The losses on a scale of mean 0 and variance 1 (all 0 when they are all the same); smaller stays better. */
  readonly targets: Float64Array;
  /** Any loss on the same scale. */
  of(loss: number): number;
}

/** With fewer losses, or different ones, a shape cannot be told from chance. */
const LEAST_LOSSES = 6;
/** Powers tried: 1 leaves the losses as they are, smaller ones draw in the tail of bad ones, larger ones that of good ones. */
const POWERS = Array.from({ length: 33 }, (_, i) => -2 + i / 8);
/** Losses are told apart from the middle in units of the distance from there to the quartile below. */
const LEAST_SPREAD = 1e-9;

/** Where the tail of one of several losses begins, in distances of the median from the least. */
const TAIL = 3;

/**
 * One of several losses on the scale that models work on. Sizes and costs mostly add up, so they stay as they are; the
 * tail, beyond three times the median's distance from the least, grows as a logarithm: how much worse is nothing a model
 * should bend for, but what is bad in one loss may be on the front for another. Unit and zero change nothing.
 */
export function bendTail(losses: readonly number[]): Standardized {
  const sorted = Float64Array.from(losses).sort();
  const least = sorted[0] ?? 0;
  const span = TAIL * ((sorted[sorted.length >> 1] ?? 0) - least);
  return scaled(losses, (loss) => {
    const above = loss - least;
    return span === 0 || above <= span ? above : span * (1 + Math.log(above / span));
  });
}

/**
 * A single loss on the scale that models work on. Times, errors and penalties are often worse by orders of magnitude; how much
 * worse is nothing a model should bend for. So the losses are put about their median in units of their spread, and a
 * Yeo-Johnson transform (2000) of them is taken, with the power under which they look most normal, as HEBO does (Cowen-
 * Rivers et al., 2022). Everything follows from the order and the relative gaps of the losses: a * loss + b with a > 0
 * gives the same, up to rounding; the powers are tried on a grid, so that rounding seldom decides.
 */
export function standardize(losses: readonly number[]): Standardized {
  const sorted = Float64Array.from(losses).sort();
  const { center, scale } = middle(sorted);
  const units = sorted.map((loss) => (loss - center) / scale);
  const power = new Set(units).size < LEAST_LOSSES ? 1 : likeliestPower(units);
  return scaled(losses, (loss) => yeoJohnson((loss - center) / scale, power));
}

function scaled(losses: readonly number[], drawIn: (loss: number) => number): Standardized {
  const { mean, variance } = moments(Float64Array.from(losses, drawIn));
  const deviation = variance > 0 ? Math.sqrt(variance) : 1;
  const of = (loss: number) => (drawIn(loss) - mean) / deviation;
  return { targets: Float64Array.from(losses, of), of };
}

/** The median and the spread of most losses: outliers have no say. */
function middle(sorted: Float64Array): { center: number; scale: number } {
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const center = at(0.5);
  const range = at(1) - at(0);
  if (range === 0) return { center, scale: 1 };
  const half = (at(0.75) - at(0.25)) / 2;
  return { center, scale: half > LEAST_SPREAD * range ? half : range };
}

/** The power of the largest likelihood under a normal distribution. */
function likeliestPower(units: Float64Array): number {
  const jacobian = units.reduce((sum, unit) => sum + Math.sign(unit) * Math.log1p(Math.abs(unit)), 0);
  let best = { power: 1, likelihood: -Infinity };
  for (const power of POWERS) {
    const { variance } = moments(units.map((unit) => yeoJohnson(unit, power)));
    const likelihood = (-units.length / 2) * Math.log(variance) + (power - 1) * jacobian;
    if (likelihood > best.likelihood) best = { power, likelihood };
  }
  return best.power;
}

/** Increasing for every power; the identity for 1. */
function yeoJohnson(unit: number, power: number): number {
  return unit >= 0 ? boxCox(1 + unit, power) : -boxCox(1 - unit, 2 - power);
}

const boxCox = (x: number, power: number) => (power === 0 ? Math.log(x) : (x ** power - 1) / power);

function moments(numbers: Float64Array): { mean: number; variance: number } {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return { mean, variance: numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length };
}

/**
 * Where labels (1: could be measured, 0: could not) have mean 0 and variance 1: the share that could be is what is expected
 * of a configuration far from all others.
 */
export function labelScale(labels: Iterable<number>): { readonly share: number; readonly deviation: number } {
  let [sum, count] = [0, 0];
  for (const label of labels) {
    sum += label;
    count++;
  }
  const share = sum / count;
  return { share, deviation: Math.sqrt(share * (1 - share)) };
}

import type { Rng } from '../base/rng.js';
import { identity, mapPacked, multiplyPacked, type PackedMatrix, powerPacked } from './symmetric-matrix.js';

/** A normal distribution as CMA-ES adapts it, in JSON: `root` is the square root of the covariance. */
export type CmaDistribution = {
  readonly mean: readonly number[];
  readonly sigma: number;
  readonly covariance: PackedMatrix;
  readonly root: PackedMatrix;
  readonly pathC: readonly number[];
  readonly pathSigma: readonly number[];
  readonly generation: number;
};

/** `isDiagonal` leaves correlations out (sep-CMA-ES: Ros and Hansen, 2008). */
export function createCmaDistribution(mean: readonly number[], sigma: number, isDiagonal: boolean): CmaDistribution {
  const unit = identity(mean.length, isDiagonal);
  const zero = mean.map(() => 0);
  return { mean, sigma, covariance: unit, root: unit, pathC: zero, pathSigma: zero, generation: 0 };
}

export function drawCmaPoint({ mean, sigma, root }: CmaDistribution, rng: Rng): number[] {
  const step = multiplyPacked(
    root,
    mean.map(() => rng.normal()),
  );
  return mean.map((own, i) => own + sigma * step[i]!);
}

/**
 * The distribution after a generation, with the equations (figure 6) and default numbers (table 1) of Hansen, "The CMA
 * Evolution Strategy: A Tutorial" (2016), negative weights included. Steps longer than any likely draw are cut to
 * sqrt(n) + 2n / (n + 2), so that points may come from elsewhere (Hansen, 2011).
 *
 * @param points the generation, best first.
 * @param floor the least standard deviation of each axis; rows and columns of the covariance are scaled up to it.
 * @returns null when the covariance is not positive definite to the precision of numbers.
 */
export function adaptCmaDistribution(
  distribution: CmaDistribution,
  points: readonly (readonly number[])[],
  floor: readonly number[],
): CmaDistribution | null {
  const { mean, covariance, generation } = distribution;
  const n = mean.length;
  const k = constants(n, points.length, covariance.at(-1)!.length === 1);
  const whitening = powerPacked(covariance, -0.5);
  if (whitening === null) return null;
  const longest = Math.sqrt(n) + (2 * n) / (n + 2);
  const steps = points.map((x) => {
    const y = x.map((own, i) => (own - mean[i]!) / distribution.sigma);
    const length = norm(multiplyPacked(whitening, y));
    const scale = Math.min(1, longest / length);
    return { y: scale < 1 ? y.map((own) => scale * own) : y, length: Math.min(length, longest) };
  });

  const shift = mean.map((_, i) => steps.reduce((sum, { y }, j) => sum + Math.max(0, k.weights[j]!) * y[i]!, 0));
  const whiteShift = multiplyPacked(whitening, shift);
  const gainSigma = Math.sqrt(k.cSigma * (2 - k.cSigma) * k.muEff);
  const pathSigma = distribution.pathSigma.map((own, i) => (1 - k.cSigma) * own + gainSigma * whiteShift[i]!);
  const expected = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  const ratio = norm(pathSigma) / expected;
  const sigma = distribution.sigma * Math.exp(Math.min(1, (k.cSigma / k.dSigma) * (ratio - 1)));
  // The path of the covariance waits while the step size still grows fast.
  const isSettled = ratio / Math.sqrt(1 - (1 - k.cSigma) ** (2 * (generation + 1))) < 1.4 + 2 / (n + 1);
  const variance = k.cC * (2 - k.cC);
  const gainC = isSettled ? Math.sqrt(variance * k.muEff) : 0;
  const pathC = distribution.pathC.map((own, i) => (1 - k.cC) * own + gainC * shift[i]!);

  const shares = steps.map(({ length }, j) => {
    const weight = k.weights[j]!;
    return k.cMu * (weight < 0 ? (weight * n) / Math.max(length ** 2, Number.EPSILON) : weight);
  });
  const kept = 1 + (isSettled ? 0 : k.c1 * variance) - k.c1 - k.cMu * k.weights.reduce((sum, own) => sum + own, 0);
  const learned = mapPacked(covariance, (own, i, j) =>
    steps.reduce((sum, { y }, s) => sum + shares[s]! * y[i]! * y[j]!, kept * own + k.c1 * pathC[i]! * pathC[j]!),
  );
  const widening = learned.map((row, i) => Math.max(1, floor[i]! / (sigma * Math.sqrt(row.at(-1)!))));
  const widened = mapPacked(learned, (own, i, j) => own * widening[i]! * widening[j]!);
  const root = powerPacked(widened, 0.5);
  if (root === null) return null;
  return {
    mean: mean.map((own, i) => own + distribution.sigma * shift[i]!),
    sigma,
    covariance: widened,
    root,
    pathC,
    pathSigma,
    generation: generation + 1,
  };
}

function constants(n: number, lambda: number, isDiagonal: boolean) {
  const raw = Array.from({ length: lambda }, (_, i) => Math.log((lambda + 1) / 2) - Math.log(i + 1));
  const sum = (of: readonly number[], power: number) => of.reduce((total, own) => total + own ** power, 0);
  const best = raw.slice(0, Math.floor(lambda / 2));
  const rest = raw.slice(best.length);
  const muEff = sum(best, 1) ** 2 / sum(best, 2);
  const muEffRest = sum(rest, 1) ** 2 / sum(rest, 2);
  const faster = isDiagonal ? (n + 2) / 3 : 1;
  const c1 = Math.min(0.5, (faster * 2) / ((n + 1.3) ** 2 + muEff));
  const cMu = Math.min(1 - c1, (faster * 2 * (0.25 + muEff + 1 / muEff - 2)) / ((n + 2) ** 2 + muEff));
  const cSigma = (muEff + 2) / (n + muEff + 5);
  const negative = Math.min(1 + c1 / cMu, 1 + (2 * muEffRest) / (muEff + 2), (1 - c1 - cMu) / (n * cMu));
  const positives = sum(
    raw.map((own) => Math.max(0, own)),
    1,
  );
  const negatives = -sum(
    raw.map((own) => Math.min(0, own)),
    1,
  );
  return {
    muEff,
    c1,
    cMu,
    cSigma,
    cC: (4 + muEff / n) / (n + 4 + (2 * muEff) / n),
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma,
    weights: raw.map((own) => (own >= 0 ? own / positives : (negative * own) / negatives)),
  };
}

const norm = (vector: readonly number[]) => Math.sqrt(vector.reduce((sum, own) => sum + own * own, 0));

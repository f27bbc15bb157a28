import type { Rng } from '../base/rng.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { Context } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';
import { normalDistribution } from '../numerics/normal.js';
import { isContinuum } from './continuum.js';
import { createGaussianProcess, hyperparameterPriors } from './gaussian-process.js';
import { modelInputs } from './learning-set.js';
import { labelScale } from './standardize.js';
import { isMeasured } from './variation.js';

const DRAWS = 20;
/** Where a smaller share of the trials was measured, random draws hardly hit what can be. */
const RARE = 0.1;
/** The model of what can be measured sees so many of the latest trials, and of the latest measured ones, at most. */
const SEEN = { trials: 100, measured: 20 };

/**
 * A configuration before there is a model of losses: far from `others` and, once some trials could be measured and some
 * could not, likely to be measured. Of a few random ones it is the one of the largest distance times that probability,
 * where few could be measured the most probable mutant of these. The probability is that of a process over the labels
 * with the hyperparameters that its priors hold likely, whose mean is the share that was measured.
 */
export function startDraw({ space, trials, rng }: Context, others: readonly Configuration[]): Configuration {
  if (trials.length === 0 && others.length === 0) return middleDraw(space, rng);
  const measured = trials.filter(isMeasured);
  if (measured.length === 0 || measured.length === trials.length) return spreadDraw(space, others, rng);
  const chance = feasibility({ space }, [
    ...new Set([...trials.slice(-SEEN.trials), ...measured.slice(-SEEN.measured)]),
  ]);
  const areRare = measured.length < RARE * trials.length;
  const rate = 1 / space.parameters.length;
  const draws = Array.from({ length: DRAWS }, (_, i) =>
    areRare
      ? space.mutate(rng.pick(measured).configuration, { rate: i % 2 === 0 ? rate : 2 * rate }, rng)
      : space.sample(rng),
  );
  const worth = draws.map((drawn) => chance(drawn) * (areRare ? 1 : nearestDistance(space, drawn, others)));
  return draws[worth.indexOf(Math.max(...worth))]!;
}

/**
 * The first of a study: continuous parameters in the middle of their axes, which is nearer to most places than a draw is and is where
 * bounds are often put around, the others drawn.
 */
function middleDraw(space: SearchSpace, rng: Rng): Configuration {
  const drawn = space.sample(rng);
  if (!space.features.some(isContinuum)) return drawn;
  // Every feature has its axis of the unit cube.
  const unit = space.toUnit(drawn).map((x, d) => (isContinuum(space.features[d]!) ? 0.5 : x));
  return space.fromUnit(unit, rng);
}

/** The probability that a configuration can be measured. */
function feasibility({ space }: Pick<Context, 'space'>, trials: readonly FinishedTrial[]) {
  const { features, encode } = modelInputs(space);
  const labels = trials.map((trial) => (isMeasured(trial) ? 1 : 0));
  const { share, deviation } = labelScale(labels);
  const process = createGaussianProcess(
    features,
    hyperparameterPriors(features).map(({ mean }) => mean),
    Float64Array.from(trials.flatMap(({ configuration }) => encode(configuration))),
    Float64Array.from(labels, (label) => (label - share) / deviation),
  );
  const even = (0.5 - share) / deviation;
  return (configuration: Configuration) => {
    const { mean, variance } = process.predict(encode(configuration));
    return normalDistribution((mean - even) / Math.sqrt(variance));
  };
}

const SPREAD_DRAWS = 10;

/** Of a few random configurations the one farthest from all that are there (best-candidate sampling, Mitchell, 1991). */
export function spreadDraw(space: SearchSpace, others: readonly Configuration[], rng: Rng): Configuration {
  let best = space.sample(rng);
  if (others.length === 0) return best;
  let farthest = -1;
  for (let draw = 0; draw < SPREAD_DRAWS; draw++) {
    const drawn = draw === 0 ? best : space.sample(rng);
    const nearest = nearestDistance(space, drawn, others);
    if (nearest > farthest) [best, farthest] = [drawn, nearest];
  }
  return best;
}

function nearestDistance(space: SearchSpace, own: Configuration, others: readonly Configuration[]): number {
  return others.reduce((least, other) => Math.min(least, space.distance(own, other)), Infinity);
}

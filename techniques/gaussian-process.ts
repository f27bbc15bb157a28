import {
  type Acquisition,
  acquisitionSlopes,
  askModel,
  type Configuration,
  type Context,
  createGaussianProcess,
  defineTechnique,
  type Fit,
  type LearningSet,
  labelScale,
  learningSet,
  logExpectedImprovement,
  logNormalDistribution,
  maximizeAcquisition,
  type Prediction,
  priorModel,
  type Residual,
  refit,
  residualOver,
  type Sample,
  stillAsked,
  thinnedFront,
} from 'supersam/kit';

/** A fit for every objective, one for every limit and one for feasibility; configurations asked for and not told yet, oldest first. */
type State = { fits: Fit[]; asked: Configuration[] };

/** Fits are made for this many trials at most: their cost grows with the cube. */
const FITTED = 100;
/**
 * Part of a loss's predicted variance that counts where there are several objectives: the volume beyond a front is large,
 * and adds up to more than its small chances are worth within a short budget.
 */
const COUNTED = 0.3;
/** Values of a parameter, at most, that leave nothing between them to be found. */
const COARSE = 32;

/**
 * Bayesian optimisation with a Gaussian process for every objective: mixed kernel with a length scale for every
 * feature and five distances between orders, hyperparameters of maximal posterior; log expected improvement (Ament et al., 2023), with several objectives
 * expected hypervolume improvement (Emmerich et al., 2006), times the probability that a configuration can be measured
 * where some could not, and that it meets the constraints that compare a metric with a number, each by a process over that
 * metric (Gardner et al., 2014); while none meets them, that probability alone; found by a pool of candidates, local search and ascent along its slopes. Configurations being
 * measured count as measured at their mean, and their losses as found. With a study of a problem like this one, its best come first, and the processes
 * of losses learn what it does not explain. Where a loss over a coarse grid turns out to be noisy, the front and the best are
 * those of the means, not of the luckiest draws. An ask is bounded: models use `points` trials, the best half and an even
 * spread of the others; hyperparameters are refitted at every trial up to 50, later whenever a tenth less four
 * has been added.
 */
export default defineTechnique({
  name: 'gaussian-process',
  description: 'Gaussian processes with a mixed kernel, log expected (hypervolume) improvement (Ament et al., 2023)',
  modelBased: true,
  options: {
    startup: {
      type: 'integer',
      default: 10,
      min: 2,
      max: 10_000,
      description: 'complete trials before the first model',
    },
    points: { type: 'integer', default: 200, min: 10, max: 2000, description: 'trials a model is built on at most' },
    candidates: {
      type: 'integer',
      default: 300,
      min: 10,
      max: 100_000,
      description: 'configurations scored an ask, before slopes are followed',
    },
  },
  create: ({ startup, points, candidates }) => ({
    init: (): State => ({ fits: [], asked: [] }),

    ask(state: State, count, context) {
      let { fits } = state;
      const first = priorModel(context)?.elites ?? [];
      const { proposals, asked } = askModel(context, state.asked, { count, startup, first }, (open, isTaken) => {
        const set = learningSet(context, context.limits);
        if (set === undefined) return undefined;
        fits = refitAll(fits, set, context);
        const { space, rng } = context;
        const worth = createWorth(set, fits, points, open, context);
        return maximizeAcquisition({ space, rng, ...set, isTaken, budget: candidates, ...worth });
      });
      return [proposals, { fits, asked }];
    },

    tell: ({ fits, asked }, trials, context) => ({ fits, asked: stillAsked(asked, trials, context) }),
  }),
});

/** What every process learns from: the losses, the limits, then the labels of feasibility on the scale of losses. */
function samplesOf(set: LearningSet, count: number, context: Context): (Sample | Residual)[] {
  const feasibility = set.feasibility(count);
  const prior = priorModel(context)?.processes ?? [];
  const width = set.inputs.features.length;
  const losses = set.samples(count).map((sample, k) => {
    const process = prior[k];
    return process === undefined ? sample : residualOver(process, sample, width);
  });
  const measured = [...losses, ...set.excesses(count)];
  if (feasibility === undefined) return measured;
  const { share, deviation } = labelScale(feasibility.targets);
  return [...measured, { ...feasibility, targets: feasibility.targets.map((label) => (label - share) / deviation) }];
}

/**
 * Noise is looked for in losses over coarse grids alone: what their steps do not explain, nothing finer will, while on a
 * continuum a wave shorter than the distance of the trials looks the same until the search is near enough.
 */
function refitAll(fits: readonly Fit[], set: LearningSet, context: Context): Fit[] {
  const { trials, objectives, space } = context;
  const isGrid = space.parameters.every(({ values }) => values !== null && values.length <= COARSE);
  return samplesOf(set, FITTED, context).map((sample, k) =>
    refit(fits[k], set.inputs.features, sample, {
      trials: trials.length,
      mayBeNoisy: isGrid && k < objectives.length,
    }),
  );
}

/** The logarithm of the probability of being below the bound. */
const logChance = ({ mean, variance }: Prediction, bound: number) =>
  logNormalDistribution((bound - mean) / Math.sqrt(variance));

/** The logarithm of what a configuration is expected to gain, and its slopes. */
function createWorth(
  set: LearningSet,
  fits: readonly Fit[],
  count: number,
  open: readonly Configuration[],
  context: Context,
) {
  const { objectives } = context;
  const { features, encode } = set.inputs;
  const unknown = Float64Array.from(open.flatMap((configuration) => encode(configuration)));
  const processes = samplesOf(set, count, context).map((sample, k) => {
    const process = createGaussianProcess(features, (fits[k] as Fit).logs, sample.rows, sample.targets, unknown);
    return 'whole' in sample ? sample.whole(process) : process;
  });
  const areNoisy = objectives.map((_, k) => fits[k]?.noise === 'much');
  const isNoisy = areNoisy.includes(true);
  // What noise made of one lucky draw is nothing to improve on.
  const { front: known, elites } = isNoisy
    ? set.smoothed(count, (configuration, losses) => {
        const row = Float64Array.from(encode(configuration));
        return losses.map((loss, k) => (areNoisy[k] ? processes[k]!.predict(row).mean : loss));
      })
    : set;
  const labels = set.feasibility(count);
  const { share, deviation } = labels === undefined ? { share: 0, deviation: 1 } : labelScale(labels.targets);
  const bounds = set.excesses(count).map(({ bound }) => bound);
  const even = (share - 0.5) / deviation;
  // What is expected of those being measured is nothing to find once more.
  const believed = open.flatMap((configuration) => {
    const row = Float64Array.from(encode(configuration));
    const means = processes.map((process) => process.predict(row).mean);
    const [losses, others] = [means.slice(0, objectives.length), means.slice(objectives.length)];
    const isMet = bounds.every((bound, k) => others[k]! <= bound) && -(others[bounds.length] ?? Infinity) <= even;
    return isMet ? [losses] : [];
  });
  const front = believed.length === 0 ? known : thinnedFront([...known, ...believed]);
  const gain = known.length === 0 ? () => 0 : logExpectedImprovement(front, set.reference);
  const counted = objectives.length === 1 || isNoisy ? 1 : COUNTED;
  const worth: Acquisition = (predictions) => {
    const losses = predictions.slice(0, objectives.length);
    let sum = gain(losses.map(({ mean, variance }) => ({ mean, variance: counted * variance })));
    for (const [k, bound] of bounds.entries()) sum += logChance(predictions[objectives.length + k]!, bound);
    const feasibility = predictions[objectives.length + bounds.length];
    return feasibility === undefined ? sum : sum + logChance({ ...feasibility, mean: -feasibility.mean }, even);
  };
  const found = { mean: new Float64Array(features.length), variance: new Float64Array(features.length) };
  return {
    elites,
    score: (configuration: Configuration) => {
      const row = Float64Array.from(encode(configuration));
      return worth(processes.map((process) => process.predict(row)));
    },
    slopes: {
      encode,
      at: (row: Float64Array, axes: readonly number[], into: Float64Array) => {
        into.fill(0);
        const predictions = processes.map((process) => process.predict(row));
        for (const [k, { mean, variance }] of acquisitionSlopes(worth, predictions).entries()) {
          processes[k]!.slopes(row, axes, found);
          for (const d of axes) into[d]! += mean * found.mean[d]! + variance * found.variance[d]!;
        }
        return worth(predictions);
      },
    },
  };
}

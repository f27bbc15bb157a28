import { losses } from '../core/objective.js';
import type { Configuration } from '../core/space.js';
import type { Context, PriorTrial } from '../core/technique.js';
import { createGaussianProcess, fitHyperparameters, type GaussianProcess } from './gaussian-process.js';
import { bestTrials, chooseTrials, modelInputs, type Sample } from './learning-set.js';
import { bendTail, standardize } from './standardize.js';

/** What a study of a problem like this one lets expect. */
export interface PriorModel {
  /** A few of its best configurations, of the front first: the other starts are drawn, so that both can be compared. */
  readonly elites: readonly Configuration[];
  /** Of every loss, standardised. */
  readonly processes: readonly GaussianProcess[];
}

/** Trials that a process is built on, and evaluations of its likelihood: it is made once a run. */
const POINTS = 100;
const EVALUATIONS = 100;
const ELITES = 5;
/** From so many trials of its own on, a study learns from these alone: what differs would only be in the way. */
const HEEDED = 20;

/** A memo of a pure function of the context's prior. */
const models = new WeakMap<readonly PriorTrial[], PriorModel>();

/** Undefined without a prior, and when a study has enough trials of its own. */
export function priorModel({ space, objectives, trials, prior }: Context): PriorModel | undefined {
  if (prior === undefined || trials.length >= HEEDED) return undefined;
  const known = models.get(prior);
  if (known !== undefined) return known;
  const points = prior.map(({ values }) => losses(values, objectives));
  const { features, encode } = modelInputs(space);
  const chosen = chooseTrials(points, POINTS);
  const rows = Float64Array.from(chosen.flatMap((i) => encode((prior[i] as PriorTrial).configuration)));
  const scale = objectives.length === 1 ? standardize : bendTail;
  const processes = objectives.map((_, k) => {
    const { targets } = scale(chosen.map((i) => points[i]?.[k] as number));
    return createGaussianProcess(
      features,
      fitHyperparameters(features, rows, targets, { evaluations: EVALUATIONS }),
      rows,
      targets,
    );
  });
  const elites = bestTrials(points, ELITES).map((i) => (prior[i] as PriorTrial).configuration);
  const model = { elites, processes };
  models.set(prior, model);
  return model;
}

/** What is left to learn of a loss over what the prior explains, of unit size, and the process of both together. */
export interface Residual extends Sample {
  whole(process: GaussianProcess): GaussianProcess;
}

/** So many trials' worth of belief that the loss goes as the prior's does. */
const BELIEF = 2;
/** Less than this share of a loss's spread is never taken for explained. */
const LEAST_REST = 0.1;

/**
 * Takes off a loss (standardised) what the prior's process explains of it, times the slope of the one against the other: 1
 * before anything was measured, 0 where the two turn out to have nothing to do with each other or are opposed. A process learns
 * what is left (a stack of two: Golovin et al., "Google Vizier", 2017, section 3.3).
 */
export function residualOver(prior: GaussianProcess, { rows, targets }: Sample, width: number): Residual {
  const count = targets.length;
  const expected = Array.from(
    { length: count },
    (_, i) => prior.predict(rows.subarray(i * width, (i + 1) * width)).mean,
  );
  const middle = expected.reduce((sum, one) => sum + one, 0) / count;
  const spread = expected.reduce((sum, one) => sum + (one - middle) ** 2, 0);
  const common = expected.reduce((sum, one, i) => sum + (one - middle) * (targets[i] as number), 0);
  const slope = Math.max(0, (common + BELIEF) / (spread + BELIEF));
  const rest = expected.map((one, i) => (targets[i] as number) - slope * (one - middle));
  const size = Math.max(LEAST_REST, Math.sqrt(rest.reduce((sum, one) => sum + one ** 2, 0) / count));
  return {
    rows,
    targets: Float64Array.from(rest, (one) => one / size),
    whole: (process) => ({
      predict: (row) => {
        const own = process.predict(row);
        return {
          mean: slope * (prior.predict(row).mean - middle) + size * own.mean,
          variance: size ** 2 * own.variance,
        };
      },
      slopes: (row, axes, into) => {
        const theirs = { mean: new Float64Array(width), variance: new Float64Array(width) };
        const own = process.slopes(row, axes, into);
        const { mean } = prior.slopes(row, axes, theirs);
        for (const d of axes) {
          into.mean[d] = slope * (theirs.mean[d] as number) + size * (into.mean[d] as number);
          into.variance[d] = size ** 2 * (into.variance[d] as number);
        }
        return { mean: slope * (mean - middle) + size * own.mean, variance: size ** 2 * own.variance };
      },
    }),
  };
}

import type { Configuration } from '../core/space.js';
import type { Context } from '../core/technique.js';
import { front } from '../pareto/dominance.js';
import { bestTrials, chooseTrials } from './choose-trials.js';
import { evaluated } from './evaluated.js';
import { type ModelInputs, modelInputs } from './model-inputs.js';
import { standardize } from './standardize.js';

/** What one surrogate learns from. */
export interface Sample {
  /** Encoded configurations, one after the other. */
  readonly rows: Float64Array;
  readonly targets: Float64Array;
}

/** The trials of a study as surrogates see them; losses are standardised. */
export interface LearningSet {
  readonly inputs: ModelInputs;
  /** At most `count` of the trials for every objective. */
  samples(count: number): Sample[];
  /** The latest trials, at most `count`, with 1 for measured and 0 for not; undefined where all were measured. */
  feasibility(count: number): Sample | undefined;
  /** The losses of the front. */
  readonly front: readonly (readonly number[])[];
  /** Beyond the worst losses. */
  readonly reference: readonly number[];
  /** The best configurations: the front, filled up with the next best. */
  readonly elites: readonly Configuration[];
}

/**
 * Beyond the worst loss, in standard deviations. Configurations beyond the reference are worth nothing, and the ends of
 * the front are often farther out than the first draws.
 */
const MARGIN = 1;
const ELITES = { least: 8, most: 40 };
/** Boxes of the expected hypervolume grow with the front to the power of the losses but one. */
const FRONT_LIMITS = [Infinity, 1, 200, 24];
const FRONT_LIMIT_BEYOND = 9;

/** Undefined before two complete trials. */
export function learningSet({ space, trials, objectives }: Context): LearningSet | undefined {
  const members = evaluated(trials, objectives);
  if (members.length < 2) return undefined;
  const points = members.map(({ losses }) => losses);
  const scales = objectives.map((_, k) => standardize(points.map((point) => point[k]!)));
  const scaled = points.map((point) => point.map((loss, k) => scales[k]!.of(loss)));
  const all = front(scaled);
  const limit = FRONT_LIMITS[objectives.length] ?? FRONT_LIMIT_BEYOND;
  // A front too large to cut into boxes is thinned evenly.
  const kept = all.filter((_, i) => all.length <= limit || (i * limit) % all.length < limit);
  const inputs = modelInputs(space);
  const encode = (configurations: readonly Configuration[]) =>
    Float64Array.from(configurations.flatMap((configuration) => inputs.encode(configuration)));
  return {
    inputs,
    samples: (count) => {
      const chosen = chooseTrials(points, count);
      const rows = encode(chosen.map((i) => members[i]!.configuration));
      return scales.map(({ targets }) => ({ rows, targets: Float64Array.from(chosen, (i) => targets[i]!) }));
    },
    feasibility: (count) => {
      if (members.length === trials.length) return undefined;
      const latest = [true, false].flatMap((isMeasured) =>
        trials.filter(({ values }) => (values !== null) === isMeasured).slice(-Math.ceil(count / 2)),
      );
      const rows = encode(latest.map(({ configuration }) => configuration));
      return { rows, targets: Float64Array.from(latest, ({ values }) => (values === null ? 0 : 1)) };
    },
    front: kept.map((i) => scaled[i]!),
    reference: objectives.map((_, k) => scaled.reduce((most, point) => Math.max(most, point[k]!), -Infinity) + MARGIN),
    elites: bestTrials(points, Math.max(ELITES.least, Math.min(ELITES.most, all.length))).map(
      (i) => members[i]!.configuration,
    ),
  };
}

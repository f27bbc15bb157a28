import { createGrowingMemo } from '../base/growing-list.js';
import type { Configuration, Feature, SearchSpace } from '../core/space.js';
import type { Context, Limit } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';
import { front, fronts, inOrder } from '../pareto/dominance.js';
import { bendTail, standardize } from './standardize.js';
import { type Evaluated, evaluated, expectedOf, isMeasured } from './variation.js';

/** What one surrogate learns from. */
export interface Sample {
  /** Encoded configurations, one after the other. */
  readonly rows: Float64Array;
  readonly targets: Float64Array;
}

/** The trials of a study as surrogates see them; losses are standardised. */
export interface LearningSet {
  readonly inputs: ModelInputs;
  /** At most `count` of the trials for every objective, fewer in wide spaces. */
  samples(count: number): Sample[];
  /** The latest trials, at most `count`, with 1 for measured and 0 for not; undefined where all were measured. */
  feasibility(count: number): Sample | undefined;
  /** How far beyond each limit of the study trials were, at most `count`, standardised. */
  excesses(count: number): readonly Excess[];
  /** The configurations measured, where some could not be. */
  readonly measured: readonly Configuration[] | undefined;
  /** The losses of the front. */
  readonly front: readonly (readonly number[])[];
  /** Beyond the worst losses. */
  readonly reference: readonly number[];
  /** The best configurations: the front, filled up with the next best. */
  readonly elites: readonly Configuration[];
  /** The front and the elites of at most `count` of the trials, were the losses (standardised) what `smooth` says. */
  smoothed(count: number, smooth: Smooth): Pick<LearningSet, 'front' | 'elites'>;
}

/** What a loss is without the noise of its measurement. */
export type Smooth = (configuration: Configuration, losses: readonly number[]) => readonly number[];

/**
 * Beyond the worst loss, in standard deviations. Configurations beyond the reference are worth nothing, and the ends of
 * the front are often farther out than the first draws.
 */
const MARGIN = 1;
const ELITES = { least: 8, most: 40 };
/** Boxes of the expected hypervolume grow with the front to the power of the losses but one. */
const FRONT_LIMITS = [Infinity, 1, 200, 24];
const FRONT_LIMIT_BEYOND = 9;

/** Numbers of a sample, trials times features: what models cost grows with it. Never fewer trials than these. */
const WORK = 100_000;
const LEAST_SAMPLE = 50;

/** What a model of a limit learns from: the metric, turned so that less is better, and the bound on the same scale. */
export interface Excess extends Sample {
  readonly bound: number;
}

/**
 * Undefined before two trials with losses: complete ones, and those that broke a constraint where the limits are modelled.
 * The front and the elites are of complete ones; while there are none, the front is empty and the elites are what broke the
 * limits least.
 *
 * @param limits those of the study, for who models them; for others what breaks them counts as not measured.
 */
export function learningSet(context: Context, limits: readonly Limit[] = []): LearningSet | undefined {
  const { space, trials, objectives } = context;
  const { members, pruned, ...rest } = lossesOf(context);
  const violators = limits.length === 0 ? [] : rest.violators;
  if (members.length + violators.length < 2) return undefined;
  // A model may know what is dominated without having been measured whole; no front and no elite comes of it.
  const known = [...members, ...pruned, ...violators];
  const points = known.map(({ losses }) => losses);
  const order = inOrder(points, orders.get(trials));
  orders.set(trials, order);
  const scale = objectives.length === 1 ? standardize : bendTail;
  const scales = objectives.map((_, k) => scale(points.map((point) => point[k]!)));
  const scaled = points.slice(0, members.length).map((point) => point.map((loss, k) => scales[k]!.of(loss)));
  const all = front(scaled, order);
  const inputs = modelInputs(space);
  const width = inputs.features.length;
  const encode = (configurations: readonly Configuration[]) => {
    const rows = new Float64Array(configurations.length * width);
    for (const [i, configuration] of configurations.entries()) rows.set(inputs.encode(configuration), i * width);
    return rows;
  };
  const most = Math.max(LEAST_SAMPLE, Math.floor(WORK / width));
  return {
    inputs,
    samples: once((wanted) => {
      const chosen = chooseTrials(points, Math.min(wanted, most), order);
      const rows = encode(chosen.map((i) => known[i]!.configuration));
      return scales.map(({ targets }) => ({ rows, targets: Float64Array.from(chosen, (i) => targets[i]!) }));
    }),
    feasibility: once((wanted) => {
      const count = Math.min(wanted, most);
      const told = new Set(violators.map(({ configuration }) => configuration));
      const isKnown = (trial: FinishedTrial) => isMeasured(trial) || told.has(trial.configuration);
      if (known.length === trials.length) return undefined;
      const latest = [true, false].flatMap((wanted) =>
        trials.filter((trial) => isKnown(trial) === wanted).slice(-Math.ceil(count / 2)),
      );
      const rows = encode(latest.map(({ configuration }) => configuration));
      return { rows, targets: Float64Array.from(latest, (trial) => (isKnown(trial) ? 1 : 0)) };
    }),
    excesses: once((wanted) => limits.flatMap((limit) => excessOf(limit, trials, Math.min(wanted, most), encode))),
    measured: known.length === trials.length ? undefined : known.map(({ configuration }) => configuration),
    front: thinnedFront(scaled, all),
    reference: objectives.map((_, k) => scaled.reduce((most, point) => Math.max(most, point[k]!), -Infinity) + MARGIN),
    elites:
      members.length === 0
        ? leastBroken(trials, limits).slice(0, ELITES.least)
        : bestTrials(points.slice(0, members.length), eliteCount(all), order).map((i) => members[i]!.configuration),
    smoothed: (wanted, smooth) => {
      const chosen = chooseTrials(points, Math.min(wanted, most), order).filter((i) => i < members.length);
      const smoothed = chosen.map((i) => smooth(members[i]!.configuration, scaled[i]!));
      const all = front(smoothed);
      return {
        front: thinnedFront(smoothed, all),
        elites: bestTrials(smoothed, eliteCount(all)).map((i) => members[chosen[i]!]!.configuration),
      };
    },
  };
}

/** What a study measured, grown with its trials: a long study is not looked through at each step. */
function lossesOf({ trials, objectives }: Context): Losses {
  const { members, pruned, violators } = memoOf(objectives)(trials);
  return { members: [...members], pruned: [...pruned], violators: [...violators] };
}

function memoOf(objectives: Context['objectives']): (trials: readonly FinishedTrial[]) => Losses {
  const known =
    lossesMemo.get(objectives) ??
    createGrowingMemo<FinishedTrial, Losses>(
      () => ({ members: [], pruned: [], violators: [] }),
      ({ members, pruned, violators }, trial) => {
        members.push(...evaluated([trial], objectives));
        pruned.push(...expectedOf([trial], objectives));
        violators.push(...expectedOf([trial], objectives, 'infeasible'));
      },
    );
  lossesMemo.set(objectives, known);
  return known;
}

interface Losses {
  readonly members: Evaluated[];
  readonly pruned: Evaluated[];
  readonly violators: Evaluated[];
}

const lossesMemo = new WeakMap<Context['objectives'], (trials: readonly FinishedTrial[]) => Losses>();

/**
 * At most `count` of the complete trials, chosen as `chooseTrials` does from the order that they were in before: for techniques that
 * look at all of a study at each ask.
 */
export function chosenTrials(context: Context, count: number): Evaluated[] {
  const { members } = memoOf(context.objectives)(context.trials);
  const points = members.map(({ losses }) => losses);
  const order = inOrder(points, memberOrders.get(members));
  memberOrders.set(members, order);
  return chooseTrials(points, count, order).map((i) => members[i]!);
}

const memberOrders = new WeakMap<readonly Evaluated[], readonly number[]>();

/** In which order the points of a list of trials were last, from where they are sorted anew. */
const orders = new WeakMap<readonly FinishedTrial[], readonly number[]>();

/** The front of the points (losses); one too large to cut into boxes is thinned evenly. */
export function thinnedFront(
  points: readonly (readonly number[])[],
  all = front(points),
): readonly (readonly number[])[] {
  const limit = FRONT_LIMITS[points[0]?.length ?? 1] ?? FRONT_LIMIT_BEYOND;
  return all.filter((_, i) => all.length <= limit || (i * limit) % all.length < limit).map((i) => points[i]!);
}

const eliteCount = (front: readonly number[]) => Math.max(ELITES.least, Math.min(ELITES.most, front.length));

/** What is asked for again is not worked out again. */
function once<Found>(find: (count: number) => Found): (count: number) => Found {
  const known = new Map<number, Found>();
  return (count) => {
    const found = known.has(count) ? (known.get(count) as Found) : find(count);
    known.set(count, found);
    return found;
  };
}

/** Half of a sample are the trials nearest to the bound, where it matters, the rest the latest others. */
function excessOf(
  { metric, side, bound }: Limit,
  trials: readonly FinishedTrial[],
  count: number,
  encode: (configurations: readonly Configuration[]) => Float64Array,
): Excess[] {
  const sign = side === 'most' ? 1 : -1;
  const measured = trials.flatMap(({ configuration, metrics }) => {
    const value = metrics?.[metric];
    return value === undefined ? [] : [{ configuration, value: sign * value }];
  });
  if (measured.length < 2) return [];
  const scale = standardize(measured.map(({ value }) => value));
  const distance = ({ value }: (typeof measured)[number]) => Math.abs(value - sign * bound);
  const nearest = measured.toSorted((a, b) => distance(a) - distance(b)).slice(0, Math.ceil(count / 2));
  const near = new Set(nearest);
  const others = count < 2 ? [] : measured.filter((each) => !near.has(each)).slice(-Math.floor(count / 2));
  const chosen = [...nearest, ...others];
  return [
    {
      rows: encode(chosen.map(({ configuration }) => configuration)),
      targets: Float64Array.from(chosen, ({ value }) => scale.of(value)),
      bound: scale.of(sign * bound),
    },
  ];
}

/** By how far they are beyond the limits, each in units of what was seen beyond it. */
function leastBroken(trials: readonly FinishedTrial[], limits: readonly Limit[]): Configuration[] {
  const measured = trials.filter(({ metrics }) => metrics !== null);
  const beyond = limits.map(({ metric, side, bound }) => {
    const excesses = measured.map(({ metrics }) => {
      const value = metrics?.[metric] ?? Number.NaN;
      return Math.max(0, side === 'most' ? value - bound : bound - value);
    });
    const largest = Math.max(0, ...excesses.filter(Number.isFinite)) || 1;
    return excesses.map((one) => one / largest);
  });
  const total = measured.map((_, i) => beyond.reduce((sum, excesses) => sum + (excesses[i] ?? 0), 0));
  return measured
    .map(({ configuration }, i) => ({ configuration, total: total[i] as number }))
    .sort((a, b) => a.total - b.total)
    .map(({ configuration }) => configuration);
}

/**
 * Indices of at most `count` of the points (losses), ascending: half of them the best, front by front, and the rest
 * spread evenly over the others in the order given. It keeps what a surrogate costs within bounds.
 */
export function chooseTrials(
  points: readonly (readonly number[])[],
  count: number,
  near: readonly number[] = [],
): number[] {
  if (points.length <= count) return points.map((_, i) => i);
  const chosen = new Set(bestTrials(points, Math.ceil(count / 2), near));
  const others = points.map((_, i) => i).filter((i) => !chosen.has(i));
  const rest = count - chosen.size;
  for (let k = 0; k < rest; k++) chosen.add(others[Math.floor(((k + 0.5) * others.length) / rest)]!);
  return [...chosen].sort((a, b) => a - b);
}

/**
 * Indices of the `count` best points, front by front; within the last front, and with one loss, those told first. `near` as
 * of `front`.
 */
export function bestTrials(
  points: readonly (readonly number[])[],
  count: number,
  near: readonly number[] = [],
): number[] {
  if (points[0]?.length === 1) return inOrder(points, near).slice(0, count);
  const chosen: number[] = [];
  for (const members of fronts(points, near)) {
    chosen.push(...members);
    if (chosen.length >= count) break;
  }
  return chosen.slice(0, count);
}

/** The columns that surrogates see. */
export interface ModelInputs {
  readonly features: readonly Feature[];
  /** Not to be changed. */
  encode(configuration: Configuration): readonly number[];
}

/** Up to so many choices a model finds an order by itself. */
const FEW = 3;

/**
 * The features of a space, and for every categorical parameter whose choices are more than a few numbers one more that
 * places them in a row: what is declared without an order, block sizes say, mostly has one, and a model that may see it
 * needs fewer trials. It stays free to take the choices for unrelated.
 */
export function modelInputs(space: SearchSpace): ModelInputs {
  const known = inputsOf.get(space) ?? createInputs(space);
  inputsOf.set(space, known);
  return known;
}

/** A memo of a pure function, with what was encoded, so that long studies of wide spaces stay responsive. */
const inputsOf = new WeakMap<SearchSpace, ModelInputs>();

function createInputs(space: SearchSpace): ModelInputs {
  const valuesOf = new Map(space.parameters.map(({ name, values }) => [name, values]));
  const rows = new WeakMap<Configuration, number[]>();
  const ranks = space.features.map(({ kind, cardinality, parameter }) => {
    const values = valuesOf.get(parameter);
    const isHidden = kind === 'category' && cardinality > FEW && values?.length === cardinality;
    if (!isHidden || !values.every((value) => typeof value === 'number')) return undefined;
    const sorted = [...(values as number[])].sort((a, b) => a - b);
    return values.map((value) => sorted.indexOf(value as number) / (cardinality - 1));
  });
  const hidden = [...ranks.keys()].filter((d) => ranks[d] !== undefined);
  return {
    features: [...space.features, ...hidden.map((d): Feature => ({ ...space.features[d]!, kind: 'numeric' }))],
    encode: (configuration) => {
      const known = rows.get(configuration);
      if (known !== undefined) return known;
      const row = space.encode(configuration);
      const whole = hidden.length === 0 ? row : [...row, ...hidden.map((d) => ranks[d]![row[d]!] ?? -1)];
      rows.set(configuration, whole);
      return whole;
    },
  };
}

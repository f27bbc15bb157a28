import { createRng } from '../base/rng.js';
import type { Feature } from '../core/space.js';
import { growTree, type RegressionTree } from '../technique-kit/random-forest.js';
import { type Axis, unitOf } from './axes.js';

const TREES = 64;
/** Of more trials, so many are taken, evenly: trees grow no truer of more, only slower. */
const MOST_TRIALS = 4000;
const ABSENT = -1;

/**
 * The share of the variance of the values that each axis explains alone, by a random forest (fANOVA: Hutter, Hoos and
 * Leyton-Brown, ICML 2014): exact for each tree, every axis even on its scale and independent of the others. A parameter
 * that is inactive in some trials is so with the share of them.
 *
 * @param places of every trial on every axis: `places[axis][trial]`, undefined where inactive.
 * @param values one a trial.
 * @returns one share an axis; 0 for all when the values do not differ.
 */
export function fanova(
  axes: readonly Axis[],
  places: readonly (readonly (number | undefined)[])[],
  values: readonly number[],
): number[] {
  const every = Math.max(1, values.length / MOST_TRIALS);
  const trials = Array.from({ length: Math.min(values.length, MOST_TRIALS) }, (_, i) => Math.floor(i * every));
  const features = axes.map(
    (axis): Feature => ({
      parameter: axis.name,
      kind: axis.kind === 'category' ? 'category' : 'numeric',
      cardinality: axis.kind === 'category' ? axis.values.length : Infinity,
      absent: ABSENT,
    }),
  );
  const rows = new Float64Array(trials.length * axes.length);
  for (const [r, trial] of trials.entries()) {
    for (const [a, axis] of axes.entries()) {
      const place = places[a]?.[trial];
      rows[r * axes.length + a] = place === undefined ? ABSENT : axis.kind === 'category' ? place : unitOf(axis, place);
    }
  }
  const targets = Float64Array.from(trials, (trial) => values[trial] as number);
  const measures = axes.map((axis, a) => measureOf(axis, places[a] ?? []));
  const rng = createRng('fanova', trials.length);
  const shares: number[][] = [];
  for (let t = 0; t < TREES; t++) {
    const members = trials.map(() => rng.int(0, trials.length - 1));
    const tree = growTree(features, rows, targets, members, { leastLeaf: 1, share: 1 }, rng);
    const explained = treeShares(tree, measures);
    if (explained !== undefined) shares.push(explained);
  }
  return axes.map((_, a) =>
    shares.length === 0 ? 0 : shares.reduce((sum, own) => sum + (own[a] as number), 0) / shares.length,
  );
}

/** How likely values are along an axis: a category by its index, a number by its place from 0 to 1. */
export type Measure =
  | { readonly kind: 'category'; readonly weights: ReadonlyMap<number, number> }
  | { readonly kind: 'numeric'; readonly absent: number; readonly from: number; readonly to: number };

function measureOf(axis: Axis, places: readonly (number | undefined)[]): Measure {
  const absent = places.length === 0 ? 0 : places.filter((place) => place === undefined).length / places.length;
  if (axis.kind === 'category') {
    const even = (1 - absent) / axis.values.length;
    return { kind: 'category', weights: new Map([[ABSENT, absent], ...axis.values.map((_, i) => [i, even] as const)]) };
  }
  // Values on a grid own half of the way to the next on either side.
  const half = axis.count === null || axis.count < 2 ? 0 : 0.5 / (axis.count - 1);
  return { kind: 'numeric', absent, from: -half, to: 1 + half };
}

/** What of an axis a node has: numbers in (low, high], or categories. */
type Part = { readonly low: number; readonly high: number } | { readonly among: ReadonlySet<number> };

interface Leaf {
  readonly mean: number;
  readonly parts: readonly Part[];
}

/** The shares of a tree's variance; undefined when it has none. */
export function treeShares(tree: RegressionTree, measures: readonly Measure[]): number[] | undefined {
  const leaves = leavesOf(tree, measures);
  const masses = leaves.map(({ parts }) => parts.map((part, a) => massOf(part, measures[a] as Measure)));
  const whole = masses.map((own) => own.reduce((product, mass) => product * mass, 1));
  const mean = leaves.reduce((sum, leaf, l) => sum + (whole[l] as number) * leaf.mean, 0);
  const variance = leaves.reduce((sum, leaf, l) => sum + (whole[l] as number) * (leaf.mean - mean) ** 2, 0);
  if (!(variance > 0)) return undefined;
  return measures.map((measure, a) => {
    const others = masses.map((own) => own.reduce((product, mass, b) => (a === b ? product : product * mass), 1));
    return marginalVariance(leaves, others, a, measure, mean) / variance;
  });
}

function leavesOf(tree: RegressionTree, measures: readonly Measure[]): Leaf[] {
  const root = measures.map(
    (measure): Part =>
      measure.kind === 'category' ? { among: new Set(measure.weights.keys()) } : { low: -Infinity, high: Infinity },
  );
  const leaves: Leaf[] = [];
  const walk = (node: RegressionTree, parts: readonly Part[]): void => {
    if (!('left' in node)) {
      leaves.push({ mean: node.mean, parts });
      return;
    }
    const { feature, threshold, categories } = node;
    const [left, right] = cut(parts[feature] as Part, threshold, categories);
    walk(node.left, parts.with(feature, left));
    walk(node.right, parts.with(feature, right));
  };
  walk(tree, root);
  return leaves;
}

function cut(part: Part, threshold: number, categories: ReadonlySet<number> | undefined): readonly [Part, Part] {
  if ('among' in part) {
    const own = [...part.among];
    const goesLeft = (category: number) => categories?.has(category) === true;
    return [{ among: new Set(own.filter(goesLeft)) }, { among: new Set(own.filter((c) => !goesLeft(c))) }];
  }
  const at = Math.min(part.high, Math.max(part.low, threshold));
  return [
    { low: part.low, high: at },
    { low: at, high: part.high },
  ];
}

function massOf(part: Part, measure: Measure): number {
  if ('among' in part) {
    const { weights } = measure as Extract<Measure, { kind: 'category' }>;
    return [...part.among].reduce((sum, category) => sum + (weights.get(category) ?? 0), 0);
  }
  const { absent, from, to } = measure as Extract<Measure, { kind: 'numeric' }>;
  const [low, high] = [Math.max(part.low, from), Math.min(part.high, to)];
  const atom = part.low < ABSENT && ABSENT <= part.high ? absent : 0;
  return atom + (1 - absent) * Math.max(0, (high - low) / (to - from));
}

/** The variance along one axis of the mean over all others: constant between neighbouring cuts, or a category. */
function marginalVariance(
  leaves: readonly Leaf[],
  others: readonly number[],
  axis: number,
  measure: Measure,
  mean: number,
): number {
  if (measure.kind === 'category') {
    const means = new Map<number, number>();
    for (const [l, { mean: value, parts }] of leaves.entries()) {
      const { among } = parts[axis] as Extract<Part, { among: unknown }>;
      for (const category of among) means.set(category, (means.get(category) ?? 0) + value * (others[l] as number));
    }
    return [...means].reduce((sum, [c, own]) => sum + (measure.weights.get(c) ?? 0) * (own - mean) ** 2, 0);
  }
  const parts = leaves.map((leaf) => leaf.parts[axis] as Extract<Part, { low: number }>);
  const cuts = [...new Set(parts.flatMap(({ low, high }) => [low, high]))].sort((a, b) => a - b);
  const index = new Map(cuts.map((at, i) => [at, i]));
  // What begins and ends at each cut; summed up, the mean in each cell.
  const changes = new Float64Array(cuts.length);
  for (const [l, { low, high }] of parts.entries()) {
    const own = (leaves[l] as Leaf).mean * (others[l] as number);
    changes[index.get(low) as number]! += own;
    changes[index.get(high) as number]! -= own;
  }
  let [level, variance] = [0, 0];
  for (let i = 0; i + 1 < cuts.length; i++) {
    level += changes[i] as number;
    variance += massOf({ low: cuts[i] as number, high: cuts[i + 1] as number }, measure) * (level - mean) ** 2;
  }
  return variance;
}

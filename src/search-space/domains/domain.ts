import type { Rng } from '../../base/rng.js';
import type { CrossoverKind, Feature, MutationKind, ParameterType, Value } from '../../core/space.js';

export interface Step {
  readonly kind: MutationKind;
  /** Standard deviation on the unit axis, for `normal`. */
  readonly sigma: number;
}

/**
 * The values of one parameter and how to search among them. Every type implements it, so that the operators of a
 * space, and through them the techniques, are written once. Values handed in are those of `normalize`.
 */
export interface Domain {
  readonly type: ParameterType;
  readonly ordered: boolean;
  /** Number of values; null for a continuum and for orders too many to count. */
  readonly cardinality: bigint | null;
  /** All values in order, for finite scalar types of at most 65,536 values. */
  readonly values: readonly Value[] | null;
  /** What the values are, for messages: "integer from 1 to 64". */
  readonly description: string;
  /** The one spelling of a value, or undefined when it lies outside. */
  normalize(value: Value): Value | undefined;
  /** All values in a fixed order. A continuum yields none. */
  all(): Iterable<Value>;
  /** A value that stands for the domain where nothing is known: the middle of an axis, the first of a list. */
  readonly middle: Value;
  sample(rng: Rng): Value;
  /** The chance with which `sample` gives a value, for finite types. */
  probability(value: Value): number;
  /** Another value, unless there is one alone. */
  mutate(value: Value, step: Step, rng: Rng): Value;
  /** `share` is the chance of `b` where a part is inherited whole. */
  cross(a: Value, b: Value, kind: CrossoverKind, rng: Rng, share: number): Value;
  /** base + factor * (a - b) */
  difference(base: Value, a: Value, b: Value, factor: number, rng: Rng): Value;
  move(value: Value, attractors: readonly { readonly to: Value; readonly weight: number }[], rng: Rng): Value;
  neighbours(value: Value): Value[];
  /** A metric with values from 0 to 1. */
  distance(a: Value, b: Value): number;
  readonly features: readonly Omit<Feature, 'parameter'>[];
  encode(value: Value): number[];
  /** Number of axes of the unit cube. */
  readonly axes: number;
  toUnit(value: Value): number[];
  fromUnit(point: readonly number[]): Value;
}

export const numericFeature: Omit<Feature, 'parameter'> = { kind: 'numeric', cardinality: Infinity, absent: -1 };

/** Scalar values are inherited whole from either parent. */
export const inherit = (a: Value, b: Value, _kind: CrossoverKind, rng: Rng, share: number): Value =>
  rng.float() < share ? b : a;

/** An index drawn in proportion to its weight. */
export function pickWeighted(weights: readonly number[], rng: Rng): number {
  let left = rng.float() * weights.reduce((sum, weight) => sum + weight, 0);
  const last = weights.findLastIndex((weight) => weight > 0);
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0 && weight > 0) return i;
  }
  return last;
}

export const clamp = (x: number) => Math.min(1, Math.max(0, x));

/** Folds a step beyond an end back into [0, 1]. */
export function reflect(x: number): number {
  const folded = ((x % 2) + 2) % 2;
  return folded > 1 ? 2 - folded : folded;
}

/** So many values are listed in messages. */
const LISTED = 20;

export function oneOf(values: readonly Value[]): string {
  const listed = values.slice(0, LISTED).map((value) => JSON.stringify(value));
  return `one of ${listed.join(', ')}${values.length > LISTED ? ` and ${values.length - LISTED} more` : ''}`;
}

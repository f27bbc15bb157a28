import type { Json } from '../base/json.js';
import type { Rng } from '../base/rng.js';

/** The value of one parameter. Permutations, schedules and arrays are lists; a selector is a record. */
export type Value = boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** One point of a search space: parameter name to value. Inactive parameters are absent in canonical form. */
export type Configuration = { readonly [parameter: string]: Value };

export type ParameterType =
  | 'integer'
  | 'float'
  | 'power-of-two'
  | 'boolean'
  | 'categorical'
  | 'ordinal'
  | 'permutation'
  | 'schedule'
  | 'selector'
  | 'array';

/**
 * `uniform`, `one-point` and `two-point` take every part from either parent. The next five recombine orders (elsewhere
 * they are uniform). `sbx` blends numbers by simulated binary crossover (Deb and Agrawal, 1995; distribution index 20)
 * and recombines orders by ox1; values that are not numbers come from either parent.
 */
export const crossoverKinds = ['uniform', 'one-point', 'two-point', 'px', 'pmx', 'cx', 'ox1', 'ox3', 'sbx'] as const;
export type CrossoverKind = (typeof crossoverKinds)[number];

export const mutationKinds = ['uniform', 'normal', 'polynomial'] as const;
export type MutationKind = (typeof mutationKinds)[number];

export interface MutateOptions {
  /** Chance of each active parameter to change; at least one always does. */
  readonly rate: number;
  /**
   * `uniform` draws afresh; `normal` steps by a normal of `sigma` on the unit axis; `polynomial` steps within the bounds
   * by polynomial mutation (Deb and Agrawal, 1999; index 20). Unordered types draw afresh in any case.
   */
  readonly kind?: MutationKind;
  readonly sigma?: number;
}

/** What a technique or a model may know of one axis. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  /** Number of distinct values, or Infinity for a continuous axis. */
  readonly cardinality: number;
  /** Ordered types have distances; unordered ones only same or different. */
  readonly ordered: boolean;
  /** All values in order, for finite scalar types of at most 65,536 values; otherwise null. */
  readonly values: readonly Value[] | null;
}

/** One column of the numeric encoding that model-based techniques see. */
export interface Feature {
  readonly parameter: string;
  /** `numeric` in [0, 1]; `category` an index in 0..cardinality-1; inactive parameters encode as NaN-free `absent`. */
  readonly kind: 'numeric' | 'category';
  readonly cardinality: number;
  /** The number that stands for "inactive" in this column (-1). */
  readonly absent: -1;
  /** The place of one item of an order (a permutation, a schedule): `cardinality` such columns in a row are one order. */
  readonly isPlace?: true;
}

/**
 * A compiled search space. Techniques are written once against these operators; every parameter type brings
 * its own implementation. Every configuration that leaves an operator is legal (inside every domain, conditions
 * settled, all known constraints met) and canonical (inactive parameters dropped, keys in declaration order).
 */
export interface SearchSpace {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Stable over processes and versions: equal spaces have equal hashes (hex). */
  readonly hash: string;
  /** The space as its file says it, every constraint included; absent where something else made it. */
  readonly definition?: Json;
  /** Exact number of distinct legal canonical configurations; null when it is infinite or too many to count. */
  size(): bigint | null;
  /** All legal canonical configurations in a fixed order; throws `SpaceError` for an infinite space. */
  enumerate(): IterableIterator<Configuration>;
  sample(rng: Rng): Configuration;
  mutate(parent: Configuration, options: MutateOptions, rng: Rng): Configuration;
  /** `share` is the chance of each part to come from `b` where parts are decided one by one (default 0.5). */
  crossover(a: Configuration, b: Configuration, rng: Rng, kind?: CrossoverKind, share?: number): Configuration;
  /** Differential evolution: base + factor * (a - b) in every parameter, made legal. */
  difference(base: Configuration, a: Configuration, b: Configuration, factor: number, rng: Rng): Configuration;
  /** Particle swarm: steps `current` towards each attractor by its weight. */
  move(
    current: Configuration,
    attractors: readonly { readonly to: Configuration; readonly weight: number }[],
    rng: Rng,
  ): Configuration;
  /** Legal configurations one elementary change away (one parameter, next value or other category), in a fixed order. */
  neighbours(configuration: Configuration): Configuration[];
  /** 0 for equal, 1 for as far apart as can be; the mean over parameters. */
  distance(a: Configuration, b: Configuration): number;
  /** The columns of `encode`. */
  readonly features: readonly Feature[];
  encode(configuration: Configuration): number[];
  /** Number of axes of the unit cube that `fromUnit` reads. */
  readonly unitDimension: number;
  /** A point of the unit cube for `configuration` (inactive axes 0.5). */
  toUnit(configuration: Configuration): number[];
  /** The legal configuration nearest to a point of the unit cube (clamped). `rng` only settles ties and repairs. */
  fromUnit(point: readonly number[], rng: Rng): Configuration;
  /** Drops inactive parameters and orders keys; throws `SpaceError` when a value is outside its domain or missing. */
  canonical(configuration: Configuration): Configuration;
  /** Equal for two spellings of one configuration, different otherwise. */
  key(configuration: Configuration): string;
  /** Inside every domain and meeting every known constraint. */
  isLegal(configuration: Configuration): boolean;
}

import type { ParameterType, Value } from '../../core/space.js';
import { axisScale, polynomialStep, simulatedBinary } from './axis.js';
import { clamp, type Domain, inherit, numericFeature, pickWeighted, reflect } from './domain.js';

const LISTED = 65_536;

export interface LevelsOptions {
  readonly type: ParameterType;
  readonly description: string;
  readonly count: number;
  valueAt(level: number): Value;
  /** Undefined when the value is none of them. */
  levelOf(value: Value): number | undefined;
  /** Positions of the levels on a number axis (default: the level itself, linear). */
  readonly axis?: { readonly first: number; readonly step: number; readonly scale: 'linear' | 'log' | 'log2' };
  readonly weights?: readonly number[] | undefined;
}

/**
 * Finitely many values in a row. Each owns a cell of the unit axis, from halfway to the value before it to halfway to
 * the value after it, so that uniform points of the cube give every level of a linear axis the same share.
 */
export function levels(options: LevelsOptions): Domain {
  const { count, valueAt, weights } = options;
  const total = weights?.reduce((sum, weight) => sum + weight, 0);
  const { first, step, scale } = options.axis ?? { first: 0, step: 1, scale: 'linear' as const };
  const below = scale === 'linear' ? step / 2 : Math.min(step, first) / 2;
  const axis = axisScale(first - below, first + step * (count - 0.5), scale);
  const level = (value: Value) => options.levelOf(value) as number;
  const unitOf = (at: number) => axis.toUnit(first + step * at);
  const clip = (at: number) => Math.min(count - 1, Math.max(0, at));
  /** Where a unit point lies between the levels. */
  const place = (unit: number) => clip((axis.fromUnit(clamp(unit)) - first) / step);
  const nearest = (unit: number) => Math.round(place(unit));
  const ends = [unitOf(0), unitOf(count - 1)] as const;
  const all = function* () {
    for (let at = 0; at < count; at++) yield valueAt(at);
  };
  /** Rounds up or down by chance, in proportion, so that small steps are not always lost. */
  const settle = (unit: number, draw: number) => {
    const at = place(unit);
    const rounded = Math.round(at);
    return valueAt(Math.abs(at - rounded) < 1e-9 ? rounded : Math.floor(at) + (draw < at - Math.floor(at) ? 1 : 0));
  };

  return {
    type: options.type,
    ordered: true,
    cardinality: BigInt(count),
    values: count <= LISTED ? [...all()] : null,
    description: options.description,
    normalize: (value) => {
      const at = options.levelOf(value);
      return at === undefined ? undefined : valueAt(at);
    },
    all,
    middle: valueAt(Math.floor((count - 1) / 2)),
    sample: (rng) => valueAt(weights === undefined ? nearest(rng.float()) : pickWeighted(weights, rng)),
    probability: (value) => {
      const at = level(value);
      if (weights !== undefined && total !== undefined) return weights[at]! / total;
      const edges = [at - 0.5, at + 0.5].map((edge) =>
        clamp(axis.toUnit(Math.max(first - below, first + step * edge))),
      );
      return count === 1 ? 1 : edges[1]! - edges[0]!;
    },
    mutate(value, { kind, sigma }, rng) {
      if (count === 1) return value;
      const from = level(value);
      if (kind === 'uniform') {
        const drawn = rng.int(0, count - 2);
        return valueAt(drawn < from ? drawn : drawn + 1);
      }
      const unit = unitOf(from);
      const offset = kind === 'normal' ? sigma * rng.normal() : polynomialStep(clamp(unit), rng) - unit;
      const to = nearest(reflect(unit + offset));
      if (to !== from) return valueAt(to);
      const beside = from + (offset < 0 ? -1 : 1);
      return valueAt(beside < 0 ? 1 : beside >= count ? count - 2 : beside);
    },
    cross: (a, b, kind, rng, share) => {
      if (kind !== 'sbx') return inherit(a, b, kind, rng, share);
      return settle(simulatedBinary(unitOf(level(a)), unitOf(level(b)), rng), rng.float());
    },
    difference: (base, a, b, factor, rng) =>
      settle(unitOf(level(base)) + factor * (unitOf(level(a)) - unitOf(level(b))), rng.float()),
    move: (value, attractors, rng) => {
      const from = unitOf(level(value));
      const pull = attractors.reduce((sum, { to, weight }) => sum + weight * (unitOf(level(to)) - from), 0);
      return settle(from + pull, rng.float());
    },
    neighbours: (value) => [level(value) - 1, level(value) + 1].filter((at) => at >= 0 && at < count).map(valueAt),
    distance: (a, b) =>
      level(a) === level(b) ? 0 : Math.abs(unitOf(level(a)) - unitOf(level(b))) / (ends[1] - ends[0]),
    features: [{ ...numericFeature, cardinality: count }],
    encode: (value) => [clamp(unitOf(level(value)))],
    axes: 1,
    toUnit: (value) => [clamp(unitOf(level(value)))],
    fromUnit: ([unit]) => valueAt(nearest(unit as number)),
  };
}

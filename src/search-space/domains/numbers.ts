import type { Value } from '../../core/space.js';
import type { DomainDefinition } from '../definition.js';
import { axisScale, polynomialStep, simulatedBinary } from './axis.js';
import { clamp, type Domain, inherit, numericFeature, oneOf, reflect } from './domain.js';
import { levels } from './levels.js';

/** How far a neighbour of a number lies on the unit axis. */
const NEIGHBOUR = 0.05;
/** How many digits a step's multiples keep: enough to tell them apart, too few to show binary rounding. */
const DIGITS = 12;

/** Real numbers from min to max, both included; with a step, multiples of it from min on. */
export function float(definition: DomainDefinition & { type: 'float' }): Domain {
  const { step } = definition;
  return step === undefined ? continuum(definition) : stepped(definition, step);
}

function stepped({ min, max, scale = 'linear' }: DomainDefinition & { type: 'float' }, step: number): Domain {
  const count = Math.floor((max - min) / step + 1e-9) + 1;
  const valueAt = (level: number) => Number((min + step * level).toPrecision(DIGITS));
  return levels({
    type: 'float',
    description: `a number from ${min} to ${valueAt(count - 1)} in steps of ${step}`,
    count,
    valueAt,
    levelOf: (value) => {
      if (typeof value !== 'number') return undefined;
      const level = Math.round((value - min) / step);
      const near = Math.abs(value - valueAt(level)) <= 1e-9 * step;
      return near && level >= 0 && level < count ? level : undefined;
    },
    axis: { first: min, step, scale },
  });
}

function continuum({ min, max, scale = 'linear' }: DomainDefinition & { type: 'float' }): Domain {
  const axis = axisScale(min, max, scale);
  const unitOf = (value: Value) => clamp(axis.toUnit(value as number));
  const at = (unit: number) => {
    if (unit <= 0) return min;
    return unit >= 1 ? max : Math.min(max, Math.max(min, axis.fromUnit(unit)));
  };
  return {
    type: 'float',
    ordered: true,
    cardinality: min === max ? 1n : null,
    values: min === max ? [min] : null,
    description: `a number from ${min} to ${max}`,
    normalize: (value) => (typeof value === 'number' && value >= min && value <= max ? value + 0 : undefined),
    all: () => (min === max ? [min] : []),
    middle: at(0.5),
    sample: (rng) => at(rng.float()),
    probability: () => 1,
    mutate: (value, { kind, sigma }, rng) => {
      if (kind === 'uniform') return at(rng.float());
      const unit = unitOf(value);
      return at(kind === 'normal' ? reflect(unit + sigma * rng.normal()) : polynomialStep(unit, rng));
    },
    cross: (a, b, kind, rng, share) =>
      kind === 'sbx' ? at(simulatedBinary(unitOf(a), unitOf(b), rng)) : inherit(a, b, kind, rng, share),
    difference: (base, a, b, factor) => at(unitOf(base) + factor * (unitOf(a) - unitOf(b))),
    move: (value, attractors) =>
      at(attractors.reduce((unit, { to, weight }) => unit + weight * (unitOf(to) - unitOf(value)), unitOf(value))),
    neighbours: (value) =>
      [unitOf(value) - NEIGHBOUR, unitOf(value) + NEIGHBOUR].map(at).filter((candidate) => candidate !== value),
    distance: (a, b) => Math.abs(unitOf(a) - unitOf(b)),
    features: [numericFeature],
    encode: (value) => [unitOf(value)],
    axes: 1,
    toUnit: (value) => [unitOf(value)],
    fromUnit: ([unit]) => at(unit as number),
  };
}

/** Whole numbers from min on in steps, at most max. */
export function integer(definition: DomainDefinition & { type: 'integer' }): Domain {
  const { min, step = 1, scale = 'linear' } = definition;
  const count = Math.floor((definition.max - min) / step) + 1;
  const max = min + step * (count - 1);
  return levels({
    type: 'integer',
    description: `an integer from ${min} to ${max}${step === 1 ? '' : ` in steps of ${step}`}`,
    count,
    valueAt: (level) => min + step * level,
    levelOf: (value) => {
      if (typeof value !== 'number' || value < min || value > max) return undefined;
      return Number.isInteger((value - min) / step) ? (value - min) / step : undefined;
    },
    axis: { first: min, step, scale },
    weights: definition.weights,
  });
}

/** 1, 2, 4, … between min and max, evenly spaced by their exponents. */
export function powerOfTwo({ min, max, weights }: DomainDefinition & { type: 'power-of-two' }): Domain {
  const count = Math.log2(max / min) + 1;
  return levels({
    type: 'power-of-two',
    description: `a power of two from ${min} to ${max}`,
    count,
    valueAt: (level) => min * 2 ** level,
    levelOf: (value) => {
      const level = typeof value === 'number' && value > 0 ? Math.log2(value / min) : -1;
      return Number.isInteger(level) && level >= 0 && level < count ? level : undefined;
    },
    weights,
  });
}

/** Listed values in the order given; their places, not their sizes, are the axis. */
export function ordinal({ choices, weights }: DomainDefinition & { type: 'ordinal' }): Domain {
  const places = new Map<Value, number>(choices.map((choice, i) => [choice, i]));
  return levels({
    type: 'ordinal',
    description: oneOf(choices),
    count: choices.length,
    valueAt: (level) => choices[level] as Value,
    levelOf: (value) => places.get(value),
    weights,
  });
}

import { createRng } from '../../src/base/rng.js';
import type { Configuration } from '../../src/core/space.js';
import { type FunctionName, formulaOf, leastAt } from './functions.js';
import type { Problem } from './problem.js';

/** So many of the parameters matter; which ones is drawn. */
const ACTIVE = 10;
const CHOICES = ['a', 'b', 'c', 'd'] as const;

export interface WideOptions {
  readonly dimension: number;
}

/**
 * A usual function of ten of many continuous parameters; the others do nothing. Its least point is 0 and lies at another place of every
 * axis, 0.2 to 0.8 of the way, so that a search that begins in the middle, or likes equal coordinates, gains nothing.
 */
export function wideFunction(formula: FunctionName, { dimension }: WideOptions): Problem {
  const name = `wide-${formula}-${dimension}`;
  const rng = createRng(name);
  const active = activeOf(dimension, name);
  const places = active.map(() => 0.2 + 0.6 * rng.float());
  const value = formulaOf(formula);
  const reach = REACH[formula] ?? 10;
  return {
    ...problemOf(
      name,
      Array.from({ length: dimension }, (_, i) => ({ name: `x${i + 1}`, type: 'float', min: 0, max: 1 })),
    ),
    evaluate: (configuration) => {
      const point = active.map((i, k) => leastAt(formula) + reach * (numberOf(configuration, i) - places[k]!));
      return { value: value(point) };
    },
    front: () => [[0]],
  };
}

/** How long an axis is in the function's own coordinates. */
const REACH: { readonly [name in FunctionName]?: number } = { levy: 20, ackley: 40, rosenbrock: 5 };

/**
 * Ten of many categories without an order matter: each choice has a cost of its own, and so has each pair of choices of two
 * neighbours in a ring of the ten, all drawn. The least sum is 0.
 */
export function wideChoices({ dimension }: WideOptions): Problem {
  const name = `wide-choices-${dimension}`;
  const rng = createRng(name);
  const active = activeOf(dimension, name);
  const own = active.map(() => CHOICES.map(() => rng.float()));
  const pairs = active.map(() => CHOICES.map(() => CHOICES.map(() => rng.float())));
  const costOf = (places: readonly number[]) =>
    places.reduce((sum, place, k) => sum + own[k]![place]! + pairs[k]![place]![places[(k + 1) % ACTIVE]!]!, 0);
  const least = leastOfRing(own, pairs);
  return {
    ...problemOf(
      name,
      Array.from({ length: dimension }, (_, i) => ({ name: `x${i + 1}`, type: 'categorical', choices: [...CHOICES] })),
    ),
    evaluate: (configuration) => ({
      value: costOf(active.map((i) => CHOICES.indexOf(configuration[`x${i + 1}`] as 'a'))) - least,
    }),
    front: () => [[0]],
  };
}

/** By going around the ring once for every first choice, keeping the least sum that leads to each choice. */
function leastOfRing(own: readonly (readonly number[])[], pairs: readonly (readonly (readonly number[])[])[]): number {
  const around = CHOICES.map((_, first) => {
    let sums = CHOICES.map((_, place) => (place === first ? own[0]![place]! : Infinity));
    for (let k = 1; k < ACTIVE; k++) {
      sums = CHOICES.map((_, place) =>
        Math.min(...sums.map((sum, before) => sum + pairs[k - 1]![before]![place]! + own[k]![place]!)),
      );
    }
    return Math.min(...sums.map((sum, last) => sum + pairs[ACTIVE - 1]![last]![first]!));
  });
  return Math.min(...around);
}

/** One of each stretch of the parameters. */
function activeOf(dimension: number, name: string): number[] {
  const rng = createRng(name, 'active');
  const stretch = dimension / ACTIVE;
  return Array.from({ length: ACTIVE }, (_, k) => Math.floor((k + rng.float()) * stretch));
}

const numberOf = (configuration: Configuration, i: number) => configuration[`x${i + 1}`] as number;

const problemOf = (name: string, parameters: Problem['definition']['parameters']) => ({
  name,
  definition: { name, parameters },
  objectives: [{ metric: 'value', direction: 'min' as const }],
  reference: [Infinity],
});

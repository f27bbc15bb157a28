import { isSame } from '../../base/json.js';
import type { Rng } from '../../base/rng.js';
import type { Value } from '../../core/space.js';
import type { DomainDefinition } from '../definition.js';
import { tuple } from './array.js';
import { categories } from './categories.js';
import { type Domain, inherit } from './domain.js';
import { integer } from './numbers.js';

/** `choices[i]` holds for sizes below `cutoffs[i]`, the last choice from the last cutoff on. */
type Selector = { readonly choices: readonly Value[]; readonly cutoffs: readonly number[] };

/**
 * A choice for every size from 0 to max by at most `cutoffs` cutoffs: `{ choices: ["a", "b"], cutoffs: [10] }` takes
 * "a" below 10 and "b" from 10 on. Values are the functions, not their spellings: neighbouring intervals with the same
 * choice and empty intervals are merged. Operators work on the unmerged form, which has one place for every cutoff.
 */
export function selector(definition: DomainDefinition & { type: 'selector' }): Domain {
  const { choices, max, cutoffs } = definition;
  const choice = categories('categorical', choices, undefined, '');
  const cutoff = integer({ type: 'integer', min: 1, max });
  const operators = tuple([
    ...Array.from({ length: cutoffs + 1 }, () => choice),
    ...Array.from({ length: cutoffs }, () => cutoff),
  ]);
  const counts = countFunctions(choices.length, max, cutoffs);
  const cardinality = counts.reduce((sum, count) => sum + count, 0n);
  /** Draws take any number of cutoffs with even chance, so that simple functions are not lost among the others. */
  const possible = [...counts.keys()].filter((k) => counts[k]! > 0n);
  /** All places filled: the last choice is repeated behind cutoffs at max. */
  const spread = (value: Value): Value[] => {
    const own = value as Selector;
    const missing = cutoffs - own.cutoffs.length;
    return [
      ...own.choices,
      ...Array.from({ length: missing }, () => own.choices.at(-1)!),
      ...own.cutoffs,
      ...Array.from({ length: missing }, () => max),
    ];
  };
  const gather = (filled: Value): Value => {
    const parts = filled as readonly Value[];
    return merge(
      parts.slice(0, cutoffs + 1),
      (parts.slice(cutoffs + 1) as number[]).sort((a, b) => a - b),
    );
  };
  const another = (value: Value, propose: () => Value): Value => {
    for (let attempt = 0; attempt < 32; attempt++) {
      const proposed = propose();
      if (!isSame(proposed, value)) return proposed;
    }
    return value;
  };

  return {
    type: 'selector',
    ordered: false,
    cardinality,
    values: null,
    description: `{ choices, cutoffs } with at most ${cutoffs} rising cutoffs from 1 to ${max}`,
    normalize: (value) => normalize(value, definition),
    all: () => functions(definition),
    middle: { choices: [choices[0]!], cutoffs: [] },
    sample: (rng) => {
      const count = rng.pick(possible);
      const chosen = [rng.pick(choices)];
      while (chosen.length <= count) chosen.push(rng.pick(choices.filter((other) => other !== chosen.at(-1))));
      return { choices: chosen, cutoffs: distinct(count, max, rng) };
    },
    probability: (value) => 1 / possible.length / Number(counts[(value as Selector).cutoffs.length]),
    mutate: (value, step, rng) => another(value, () => gather(operators.mutate(spread(value), step, rng))),
    cross: inherit,
    difference: (base, a, b, factor, rng) =>
      gather(operators.difference(spread(base), spread(a), spread(b), factor, rng)),
    move: (value, attractors, rng) =>
      gather(
        operators.move(
          spread(value),
          attractors.map(({ to, weight }) => ({ to: spread(to), weight })),
          rng,
        ),
      ),
    neighbours: (value) => {
      const found = new Map(
        operators.neighbours(spread(value)).map((parts) => [JSON.stringify(gather(parts)), gather(parts)]),
      );
      found.delete(JSON.stringify(value));
      return [...found.values()];
    },
    distance: (a, b) => disagreement(a as Selector, b as Selector, max) / (max + 1),
    features: operators.features,
    encode: (value) => operators.encode(spread(value)),
    axes: operators.axes,
    toUnit: (value) => operators.toUnit(spread(value)),
    fromUnit: (point) => gather(operators.fromUnit(point)),
  };
}

/** `cutoffs` ascending. */
function merge(choices: readonly Value[], cutoffs: readonly number[]): Value {
  const kept: { readonly choice: Value; readonly from: number }[] = [];
  for (const [i, choice] of choices.entries()) {
    const from = i === 0 ? 0 : cutoffs[i - 1]!;
    if (from === cutoffs[i]) continue;
    if (kept.at(-1)?.choice !== choice) kept.push({ choice, from });
  }
  return { choices: kept.map(({ choice }) => choice), cutoffs: kept.slice(1).map(({ from }) => from) };
}

function normalize(
  value: Value,
  { choices, max, cutoffs }: DomainDefinition & { type: 'selector' },
): Value | undefined {
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const own = value as { readonly choices?: Value; readonly cutoffs?: Value };
  if (!Array.isArray(own.choices) || !Array.isArray(own.cutoffs)) return undefined;
  const places = own.cutoffs as readonly Value[];
  const known = new Set<Value>(choices);
  const rising = places.every(
    (at, i) =>
      Number.isInteger(at) && (at as number) >= 1 && (at as number) <= max && (i === 0 || at >= places[i - 1]!),
  );
  const fits = own.choices.length === places.length + 1 && places.length <= cutoffs;
  if (!rising || !fits || own.choices.some((choice) => !known.has(choice))) return undefined;
  return merge(own.choices, places as number[]);
}

/** By the number k of cutoffs: at k of max places, and k + 1 choices of which no two neighbours agree. */
function countFunctions(choices: number, max: number, cutoffs: number): bigint[] {
  let places = 1n;
  return Array.from({ length: cutoffs + 1 }, (_, k) => {
    const count = places * BigInt(choices) * BigInt(choices - 1) ** BigInt(k);
    places = (places * BigInt(max - k)) / BigInt(k + 1);
    return count;
  });
}

/** So many of the numbers from 1 to max, every set of them with the same chance (Floyd; Bentley, 1987), ascending. */
function distinct(count: number, max: number, rng: Rng): number[] {
  const found = new Set<number>();
  for (let last = max - count + 1; last <= max; last++) {
    const drawn = rng.int(1, last);
    found.add(found.has(drawn) ? last : drawn);
  }
  return [...found].sort((a, b) => a - b);
}

function* functions({ choices, max, cutoffs }: DomainDefinition & { type: 'selector' }): Generator<Value> {
  const grow = function* (chosen: readonly Value[], places: readonly number[]): Generator<Value> {
    yield { choices: chosen, cutoffs: places };
    if (places.length === cutoffs) return;
    for (let at = (places.at(-1) ?? 0) + 1; at <= max; at++) {
      for (const next of choices) if (next !== chosen.at(-1)) yield* grow([...chosen, next], [...places, at]);
    }
  };
  for (const first of choices) yield* grow([first], []);
}

/** The number of sizes for which the choices differ. */
function disagreement(a: Selector, b: Selector, max: number): number {
  const edges = [...new Set([0, ...a.cutoffs, ...b.cutoffs, max + 1])].sort((x, y) => x - y);
  const at = (own: Selector, size: number) => own.choices[own.cutoffs.filter((cutoff) => cutoff <= size).length];
  return edges.slice(0, -1).reduce((sum, edge, i) => sum + (at(a, edge) === at(b, edge) ? 0 : edges[i + 1]! - edge), 0);
}

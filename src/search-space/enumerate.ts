import { ownValue, setOwn } from '../base/json.js';
import type { Configuration, Value } from '../core/space.js';
import { type CompiledParameter, type Draft, lookupIn, type Names } from './parameters.js';
import type { Rule, Rules } from './rules.js';

export interface WalkOptions {
  /** True when what is set so far, `index` last, cannot become legal. */
  isBroken(draft: Draft, index: number): boolean;
  /** Puts the values of a parameter in the order to try; without it they come in their own order. */
  order?(values: readonly Value[]): readonly Value[];
  /** Ends the walk after this many values tried. */
  readonly limit?: number;
}

/**
 * All configurations of finite parameters in canonical form, depth first in the order of declaration, leaving out
 * branches as soon as they are broken.
 */
export function* walkConfigurations(
  parameters: readonly CompiledParameter[],
  { isBroken, order, limit = Infinity }: WalkOptions,
): Generator<Configuration> {
  const draft: Draft = {};
  const lookup = lookupIn(draft);
  /** What is left to try of the parameters decided so far; null for an inactive one. */
  const open: (Iterator<Value> | null)[] = [];
  let tried = 0;
  for (;;) {
    const reached = parameters[open.length];
    if (reached !== undefined) {
      const isActive = reached.when === undefined || reached.when.holds(lookup);
      const all = reached.domain.all();
      open.push(isActive ? (order === undefined ? all : order([...all]))[Symbol.iterator]() : null);
      if (!isActive) continue;
    } else yield { ...draft };
    // On to the next value of the last parameter that has one.
    let isSet = false;
    while (!isSet && open.length > 0) {
      const index = open.length - 1;
      const { name } = parameters[index]!;
      const next = open[index]?.next();
      if (next === undefined || next.done === true || ++tried > limit) {
        delete draft[name];
        open.pop();
        continue;
      }
      setOwn(draft, name, next.value);
      isSet = !isBroken(draft, index);
    }
    if (!isSet) return;
  }
}

const MOST_STEPS = 1_000_000;
/** Values looked at in all steps. */
const MOST_VALUES = 20_000_000;

/**
 * The exact number of configurations that conditions and constraints over parameters leave; null when it is infinite or
 * would take too many steps to count. Parameters that share no condition or constraint multiply. In a group that does
 * only values that are read are told apart, and only until they are read for the last time: a chain of conditions,
 * however long, takes a few steps a parameter.
 */
export function countConfigurations(
  parameters: readonly CompiledParameter[],
  names: Names,
  rules: Pick<Rules, 'isBroken'> & { readonly list: readonly Rule[] },
): bigint | null {
  let [steps, values] = [0, 0];
  /** By parameter: the last one whose condition or constraint reads it. */
  const lastReader = new Map<number, number>();
  const group = parameters.map((_, i) => i);
  const root = (start: number) => {
    let i = start;
    while (group[i] !== i) {
      group[i] = group[group[i]!]!;
      i = group[i]!;
    }
    return i;
  };
  const join = (sources: readonly number[], reader: number) => {
    for (const source of sources) {
      lastReader.set(source, Math.max(lastReader.get(source) ?? 0, reader));
      group[root(source)] = root(reader);
    }
  };
  for (const [i, { when }] of parameters.entries()) {
    join(
      (when?.identifiers ?? []).map((name) => names.indexOf(name)!),
      i,
    );
  }
  for (const { reads } of rules.list) {
    join(
      [...reads],
      [...reads].reduce((a, b) => Math.max(a, b), 0),
    );
  }
  const groups = new Map<number, number[]>();
  for (const i of parameters.keys()) {
    const members = groups.get(root(i)) ?? [];
    members.push(i);
    groups.set(root(i), members);
  }

  let product = 1n;
  for (const members of groups.values()) {
    const count = countGroup(members);
    if (count === null) return null;
    product *= count;
  }
  return product;

  /** The configurations of the members so far, by the values that are still to be read. */
  function countGroup(members: readonly number[]): bigint | null {
    let states: { draft: Draft; count: bigint }[] = [{ draft: {}, count: 1n }];
    let live: number[] = [];
    for (const index of members) {
      const { name, domain, when } = parameters[index]!;
      const isRead = lastReader.has(index);
      const kept = [...live, index].filter((i) => (lastReader.get(i) ?? -1) > index);
      const next = new Map<string, { draft: Draft; count: bigint }>();
      const add = (draft: Draft, count: bigint) => {
        const own: Draft = {};
        for (const i of kept) {
          const value = ownValue(draft, parameters[i]!.name);
          if (value !== undefined) setOwn(own, parameters[i]!.name, value);
        }
        const key = JSON.stringify(own);
        const same = next.get(key);
        if (same === undefined) next.set(key, { draft: own, count });
        else same.count += count;
        steps++;
        values += 1 + kept.length;
        return steps <= MOST_STEPS && values <= MOST_VALUES;
      };
      for (const { draft, count } of states) {
        if (when !== undefined && !when.holds(lookupIn(draft))) {
          if (!add(draft, count)) return null;
          continue;
        }
        if (domain.cardinality === null) return null;
        if (!isRead) {
          if (!add(draft, count * domain.cardinality)) return null;
          continue;
        }
        for (const value of domain.all()) {
          const extended = { ...draft };
          setOwn(extended, name, value);
          if (rules.isBroken(extended, index)) {
            if (++steps > MOST_STEPS) return null;
          } else if (!add(extended, count)) return null;
        }
      }
      states = [...next.values()];
      live = kept;
    }
    return states.reduce((sum, { count }) => sum + count, 0n);
  }
}

import { type CompiledParameter, type Draft, lookupIn, parameterOf } from './compile-parameters.js';
import type { Rule, Rules } from './compile-rules.js';

const MOST_STEPS = 1_000_000;

/**
 * The exact number of configurations that conditions and constraints over parameters leave; null when it is infinite or
 * would take too many steps to count. Parameters that share no condition or constraint multiply; only values that
 * a condition or constraint reads are tried one by one.
 */
export function countConfigurations(
  parameters: readonly CompiledParameter[],
  rules: Pick<Rules, 'isBroken'> & { readonly list: readonly Rule[] },
): bigint | null {
  let steps = 0;
  const read = new Set<number>();
  const group = parameters.map((_, i) => i);
  const root = (i: number): number => (group[i] === i ? i : root(group[i]!));
  const join = (indices: readonly number[]) => {
    for (const i of indices) group[root(i)] = root(indices[0]!);
  };
  for (const [i, { when }] of parameters.entries()) {
    const sources = (when?.identifiers ?? []).map((name) => parameters.indexOf(parameterOf(name, parameters)!));
    for (const source of sources) read.add(source);
    join([i, ...sources]);
  }
  for (const rule of rules.list) {
    for (const source of rule.reads) read.add(source);
    join([...rule.reads]);
  }
  const groups = new Map<number, number[]>();
  for (const i of parameters.keys()) groups.set(root(i), [...(groups.get(root(i)) ?? []), i]);

  let product = 1n;
  for (const members of groups.values()) {
    const count = countGroup(members, 0, {});
    if (count === null) return null;
    product *= count;
  }
  return product;

  function countGroup(members: readonly number[], at: number, draft: Draft): bigint | null {
    const index = members[at];
    if (index === undefined) return 1n;
    const { name, domain, when } = parameters[index]!;
    if (when !== undefined && !when.holds(lookupIn(draft))) return countGroup(members, at + 1, draft);
    if (domain.cardinality === null) return null;
    if (!read.has(index)) {
      const rest = countGroup(members, at + 1, draft);
      return rest === null ? null : domain.cardinality * rest;
    }
    let sum = 0n;
    for (const value of domain.all()) {
      if (++steps > MOST_STEPS) return null;
      const next = { ...draft, [name]: value };
      if (rules.isBroken(next, index)) continue;
      const rest = countGroup(members, at + 1, next);
      if (rest === null) return null;
      sum += rest;
    }
    return sum;
  }
}

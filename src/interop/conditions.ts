import { ownValue } from '../base/json.js';
import type { Configuration, Value } from '../core/space.js';

/** When a parameter is active, as trials show it. */
export interface Condition {
  readonly name: string;
  /** Every trial has it. */
  readonly isComplete: boolean;
  /** An expression over one parameter before it; undefined where none tells. */
  readonly when: string | undefined;
}

/** Other values of a parameter in a condition at most: beyond, it is chance that none occurs on both sides. */
const MOST_VALUES = 16;

/**
 * Programs that define spaces by running store no conditions. For each parameter that some configurations lack: the first
 * one before it, present in all, none of whose values occurs both with and without it.
 */
export function createConditions(configurations: readonly Configuration[], names: readonly string[]): Condition[] {
  const has = (configuration: Configuration, name: string) => ownValue(configuration, name) !== undefined;
  return names.map((name, i) => {
    const isComplete = configurations.every((configuration) => has(configuration, name));
    if (isComplete) return { name, isComplete, when: undefined };
    for (const other of names.slice(0, i)) {
      if (!configurations.every((configuration) => has(configuration, other))) continue;
      const active = valuesOf(
        configurations.filter((configuration) => has(configuration, name)),
        other,
      );
      const inactive = valuesOf(
        configurations.filter((configuration) => !has(configuration, name)),
        other,
      );
      if (active.size + inactive.size > MOST_VALUES || [...active].some((value) => inactive.has(value))) continue;
      return { name, isComplete, when: `${other} in [${[...active].join(', ')}]` };
    }
    return { name, isComplete, when: undefined };
  });
}

/** As literals of expressions. */
const valuesOf = (configurations: readonly Configuration[], name: string): Set<string> =>
  new Set(configurations.map((configuration) => literal(ownValue(configuration, name) as Value)));

const literal = (value: Value): string =>
  typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : JSON.stringify(value);

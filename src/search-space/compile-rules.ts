import type { Metrics } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import { type CompiledParameter, type Draft, kindOfIdentifier, lookupIn, parameterOf } from './compile-parameters.js';
import type { SpaceDefinition } from './definition.js';
import { compileExpression, constraintLabel, type Expression } from './expression.js';
import type { Lookup } from './terms.js';

export interface Rule extends Expression {
  /** Indices of the parameters it reads. */
  readonly reads: ReadonlySet<number>;
  /** True when it reads a metric, which only a complete configuration has. */
  readonly readsMetrics: boolean;
}

/** The constraints of a space. A constraint that reads an inactive parameter does not speak about that configuration. */
export interface Rules {
  readonly list: readonly Rule[];
  readonly readMetrics: boolean;
  /** What identifiers mean in a complete configuration, metrics included; `analyze` runs at most once, when needed. */
  lookup(configuration: Configuration): Lookup;
  isMet(configuration: Configuration): boolean;
  /** True when the parameters set so far break a rule that reads parameter `index`, whatever the others will be. */
  isBroken(draft: Draft, index: number): boolean;
}

/** @throws SpaceError SPACE_EXPRESSION when a name is neither a parameter nor a metric of `analyze`. */
export function compileRules(
  definition: SpaceDefinition,
  parameters: readonly CompiledParameter[],
  constraints: readonly string[],
  analyze: ((configuration: Configuration) => Metrics) | undefined,
  example: () => Configuration,
): Rules {
  const own = (identifier: string) => kindOfIdentifier(identifier, definition.parameters);
  let metrics: readonly string[] | undefined;
  const metricNames = () => {
    metrics ??= analyze === undefined ? [] : Object.keys(analyze(example()));
    return metrics;
  };
  const names = parameters.map(({ name }) => name);
  const list = constraints.map((text): Rule => {
    const kindOf = (identifier: string) =>
      own(identifier) ?? (metricNames().includes(identifier) ? ('number' as const) : undefined);
    const known = { [Symbol.iterator]: () => [...names, ...metricNames()][Symbol.iterator]() };
    const expression = compileExpression(text, constraintLabel(text), kindOf, known);
    const read = expression.identifiers.map((identifier) => parameterOf(identifier, parameters));
    return {
      ...expression,
      reads: new Set(read.flatMap((parameter) => (parameter === undefined ? [] : [parameters.indexOf(parameter)]))),
      readsMetrics: expression.identifiers.some((identifier) => own(identifier) === undefined),
    };
  });

  const lookup = (configuration: Configuration): Lookup => {
    const parameter = lookupIn(configuration);
    let measured: Metrics | undefined;
    return (identifier) => {
      if (own(identifier) !== undefined) return parameter(identifier);
      measured ??= analyze?.(configuration);
      return measured?.[identifier];
    };
  };
  const byParameter = parameters.map((_, i) => list.filter((rule) => rule.reads.has(i) && !rule.readsMetrics));
  return {
    list,
    readMetrics: list.some((rule) => rule.readsMetrics),
    lookup,
    isMet: (configuration) => {
      const here = lookup(configuration);
      return !list.some((rule) => rule.fails(here));
    },
    isBroken: (draft, index) => {
      const rules = byParameter[index]!;
      if (rules.length === 0) return false;
      const here = lookupIn(draft);
      return rules.some((rule) => rule.fails(here));
    },
  };
}

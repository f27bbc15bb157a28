import { ownValue } from '../base/json.js';
import type { Metrics } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import type { SpaceDefinition } from './definition.js';
import { compileExpression, constraintLabel, type Expression } from './expression.js';
import { type CompiledParameter, createNames, type Draft, lookupIn, type Names } from './parameters.js';
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
  parameters: readonly CompiledParameter[],
  names: Names,
  constraints: readonly string[],
  analyze: ((configuration: Configuration) => Metrics) | undefined,
  example: () => Configuration,
): Rules {
  let metrics: ReadonlySet<string> | undefined;
  const metricNames = () => {
    metrics ??= new Set(analyze === undefined ? [] : Object.keys(analyze(example())));
    return metrics;
  };
  const known = {
    *[Symbol.iterator]() {
      for (const { name } of parameters) yield name;
      yield* metricNames();
    },
  };
  const kindOf = (identifier: string) =>
    names.kindOf(identifier) ?? (metricNames().has(identifier) ? ('number' as const) : undefined);
  const list = constraints.map((text): Rule => {
    const expression = compileExpression(text, constraintLabel(text), kindOf, known, names.choicesOf);
    const read = expression.identifiers.map((identifier) => names.indexOf(identifier));
    return {
      ...expression,
      reads: new Set(read.filter((index) => index !== undefined)),
      readsMetrics: expression.identifiers.some((identifier) => names.kindOf(identifier) === undefined),
    };
  });

  const readMetrics = list.some((rule) => rule.readsMetrics);
  const lookup = (configuration: Configuration): Lookup => {
    const parameter = lookupIn(configuration);
    if (!readMetrics) return parameter;
    let measured: Metrics | undefined;
    return (identifier) => {
      if (names.kindOf(identifier) !== undefined) return parameter(identifier);
      measured ??= analyze?.(configuration);
      return measured === undefined ? undefined : ownValue(measured, identifier);
    };
  };
  const byParameter: Rule[][] = parameters.map(() => []);
  for (const rule of list) if (!rule.readsMetrics) for (const index of rule.reads) byParameter[index]!.push(rule);
  return {
    list,
    readMetrics,
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

export interface SplitConstraints {
  /** Settled before measuring: over parameters and analytic metrics alone. */
  readonly known: readonly string[];
  /** Those that read what only a measurement tells. */
  readonly measured: readonly string[];
}

/**
 * Tells constraints that restrict the space from those that a measured trial is held to.
 *
 * @throws SpaceError SPACE_EXPRESSION for a name that is neither a parameter nor a metric.
 */
export function splitConstraints(
  { parameters }: Pick<SpaceDefinition, 'parameters'>,
  constraints: readonly string[],
  metrics: { readonly measured: readonly string[]; readonly analytic: readonly string[] },
): SplitConstraints {
  const names = createNames(parameters);
  const analytic = new Set(metrics.analytic);
  const all = new Set([...metrics.measured, ...metrics.analytic]);
  const known = [...parameters.map(({ name }) => name), ...all];
  const isMeasured = (text: string) =>
    compileExpression(
      text,
      constraintLabel(text),
      (name) => names.kindOf(name) ?? (all.has(name) ? 'number' : undefined),
      known,
    ).identifiers.some((name) => names.indexOf(name) === undefined && !analytic.has(name));
  const different = [...new Set(constraints)].map((text) => ({ text, isMeasured: isMeasured(text) }));
  return {
    known: different.filter((constraint) => !constraint.isMeasured).map(({ text }) => text),
    measured: different.filter((constraint) => constraint.isMeasured).map(({ text }) => text),
  };
}

/** The names in constraints that no parameter bears: the metrics they read. */
export function metricsOfConstraints(
  { parameters }: Pick<SpaceDefinition, 'parameters'>,
  constraints: readonly string[],
): string[] {
  const names = createNames(parameters);
  const read = constraints.flatMap(
    (text) => compileExpression(text, constraintLabel(text), (name) => names.kindOf(name) ?? 'any', []).identifiers,
  );
  return [...new Set(read)].filter((name) => names.kindOf(name) === undefined);
}

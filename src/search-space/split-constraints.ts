import { kindOfIdentifier, parameterOf } from './compile-parameters.js';
import type { SpaceDefinition } from './definition.js';
import { compileExpression, constraintLabel } from './expression.js';

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
  const all = [...metrics.measured, ...metrics.analytic];
  const names = [...parameters.map(({ name }) => name), ...all];
  const isMeasured = (text: string) =>
    compileExpression(
      text,
      constraintLabel(text),
      (name) => kindOfIdentifier(name, parameters) ?? (all.includes(name) ? 'number' : undefined),
      names,
    ).identifiers.some((name) => parameterOf(name, parameters) === undefined && !metrics.analytic.includes(name));
  const different = [...new Set(constraints)];
  return {
    known: different.filter((text) => !isMeasured(text)),
    measured: different.filter(isMeasured),
  };
}

/** The names in constraints that no parameter bears: the metrics they read. */
export function metricsOfConstraints(
  { parameters }: Pick<SpaceDefinition, 'parameters'>,
  constraints: readonly string[],
): string[] {
  const names = constraints.flatMap(
    (text) =>
      compileExpression(text, constraintLabel(text), (name) => kindOfIdentifier(name, parameters) ?? 'any', [])
        .identifiers,
  );
  return [...new Set(names)].filter((name) => kindOfIdentifier(name, parameters) === undefined);
}

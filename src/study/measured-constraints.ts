import type { Metrics } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import { lookupIn } from '../search-space/compile-parameters.js';
import { compileExpression } from '../search-space/expression.js';

/** What is wrong with a measured configuration; undefined when every constraint holds. */
export type ConstraintCheck = (configuration: Configuration, metrics: Metrics) => string | undefined;

/**
 * Constraints that read measured metrics. One that reads an inactive parameter does not speak about that configuration;
 * one whose metric was not measured does not hold.
 *
 * @throws SpaceError SPACE_EXPRESSION when a name is neither a parameter of the space nor a metric.
 */
export function measuredConstraints(
  space: SearchSpace,
  metrics: readonly string[],
  constraints: readonly string[],
): ConstraintCheck {
  const parameters = new Set(space.parameters.map(({ name }) => name));
  const isParameter = (name: string) => parameters.has(name) || parameters.has(name.replace(/\.\d+$/, ''));
  const rules = constraints.map((text) => {
    const kindOf = (name: string) => (isParameter(name) ? 'any' : metrics.includes(name) ? 'number' : undefined);
    const expression = compileExpression(text, `constraint "${text}"`, kindOf, [...parameters, ...metrics]);
    return { ...expression, metrics: expression.identifiers.filter((name) => !isParameter(name)) };
  });
  return (configuration, measured) => {
    const parameter = lookupIn(configuration);
    const lookup = (name: string) => (isParameter(name) ? parameter(name) : measured[name]);
    for (const rule of rules) {
      const missing = rule.metrics.find((name) => measured[name] === undefined);
      if (missing === undefined && !rule.fails(lookup)) continue;
      const seen = rule.metrics.map((name) => `${name} ${measured[name] ?? 'not measured'}`).join(', ');
      return `constraint "${rule.text}" does not hold: ${seen}`;
    }
    return undefined;
  };
}

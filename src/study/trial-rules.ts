import type { Objective } from '../core/objective.js';
import type { Measurement, Metrics } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { OpenTrial } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import type { ImprovementMeter } from '../pareto/growing-front.js';
import { lookupIn } from '../search-space/compile-parameters.js';
import { compileExpression, constraintLabel } from '../search-space/expression.js';

export interface TrialRules {
  readonly objectives: readonly Objective[];
  readonly analytic: Metrics | undefined;
  readonly violated: ConstraintCheck;
}

/**
 * Turns a measurement into the trial that is stored and told. A complete one lacking a finite objective has failed; one
 * that breaks a constraint on its metrics is infeasible, has no values and keeps its metrics.
 */
export function finishTrial(
  { number, technique, configuration }: OpenTrial,
  measurement: Measurement,
  { objectives, analytic, violated }: TrialRules,
  meter: ImprovementMeter,
): FinishedTrial {
  const base = { number, technique, configuration, values: null, metrics: null, improvement: 0 };
  if (measurement.state === 'failed') {
    return { ...base, state: 'failed', failure: { kind: measurement.kind, message: measurement.message } };
  }
  if (measurement.state === 'infeasible') {
    const { message } = measurement;
    return {
      ...base,
      state: 'infeasible',
      ...(message === undefined ? {} : { failure: { kind: 'constraint', message } }),
    };
  }
  const metrics = finite({ ...analytic, ...measurement.metrics });
  const missing = objectives.find(({ metric }) => metrics[metric] === undefined);
  if (missing !== undefined) {
    const message = `the oracle gave no finite ${missing.metric}`;
    return { ...base, state: 'failed', failure: { kind: 'correctness', message } };
  }
  const message = violated(configuration, metrics);
  if (message !== undefined) {
    return { ...base, state: 'infeasible', metrics, failure: { kind: 'constraint', message } };
  }
  const values = objectives.map(({ metric }) => metrics[metric] as number);
  return { ...base, state: 'complete', values, metrics, improvement: meter.add(values) };
}

/** The finite metrics by name, so that a trial reads the same before and after it was stored. */
function finite(metrics: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([, value]) => Number.isFinite(value))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

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
    const expression = compileExpression(text, constraintLabel(text), kindOf, [...parameters, ...metrics]);
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

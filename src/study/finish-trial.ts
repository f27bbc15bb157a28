import type { Objective } from '../core/objective.js';
import type { Measurement, Metrics } from '../core/oracle.js';
import type { OpenTrial } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import type { ImprovementMeter } from './improvement.js';
import type { ConstraintCheck } from './measured-constraints.js';

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

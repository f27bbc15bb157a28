import { FAILURE_KINDS, type FailureKind, type Measurement, type Metrics } from '../core/oracle.js';

/**
 * What a user's function or program gave back: an object of metrics, `{ state: 'infeasible', message? }`, or
 * `{ state: 'failed', kind?, message? }`. Everything else is a failure of kind correctness.
 */
export function readMeasurement(value: unknown): Measurement {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { state: 'failed', kind: 'correctness', message: `an object of metrics was expected, not ${show(value)}` };
  }
  const { state, kind, message } = value as { readonly [key: string]: unknown };
  if (state === 'infeasible') return { state, ...(typeof message === 'string' ? { message } : {}) };
  if (state === 'failed') return { state, kind: failureKind(kind), message: String(message ?? 'failed') };
  if (state !== undefined && state !== 'complete' && typeof state !== 'number') {
    return { state: 'failed', kind: 'correctness', message: `unknown state ${show(state)}` };
  }
  const metrics = Object.entries(value).filter(([, metric]) => typeof metric === 'number' && Number.isFinite(metric));
  return { state: 'complete', metrics: Object.fromEntries(metrics) as Metrics };
}

/** The failure of a thrown error; its `kind`, if it has a known one, says what sort. */
export function thrownFailure(error: unknown): Measurement {
  const message = error instanceof Error ? error.message : String(error);
  return { state: 'failed', kind: failureKind((error as { kind?: unknown } | null)?.kind), message };
}

const failureKind = (kind: unknown): FailureKind =>
  FAILURE_KINDS.includes(kind as FailureKind) ? (kind as FailureKind) : 'runtime';

const show = (value: unknown) => (value === undefined ? 'undefined' : (JSON.stringify(value)?.slice(0, 60) ?? ''));

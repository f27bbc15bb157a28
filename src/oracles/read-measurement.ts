import { z } from 'zod';
import { FAILURE_KINDS, type FailureKind, type Measurement, type Metrics, type Parts } from '../core/oracle.js';

/**
 * What a user's function or program gave back: an object of metrics, `{ state: 'infeasible', message? }`, or
 * `{ state: 'failed', kind?, message? }`. Everything else is a failure of kind correctness, and so is one of the
 * `required` metrics that is no finite number; what else is none is left out.
 */
export function readMeasurement(value: unknown, required: readonly string[] = []): Measurement {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return incorrect(`an object of metrics was expected, not ${show(value)}`);
  }
  const given = value as { readonly [key: string]: unknown };
  const { state, kind, message } = given;
  if (state === 'infeasible') return { state, ...(typeof message === 'string' ? { message } : {}) };
  if (state === 'failed') return { state, kind: failureKind(kind), message: String(message ?? 'failed') };
  if (state !== undefined && state !== 'complete' && typeof state !== 'number') {
    return incorrect(`unknown state ${show(state)}`);
  }
  const unusable = required.find((name) => Object.hasOwn(given, name) && !Number.isFinite(given[name]));
  if (unusable !== undefined) return incorrect(`${unusable} is ${show(given[unusable])}, which is no finite number`);
  const metrics = Object.entries(given).filter(([, metric]) => Number.isFinite(metric));
  return { state: 'complete', metrics: Object.fromEntries(metrics) as Metrics };
}

const partsSchema = z.strictObject({
  count: z.int().min(2).max(100_000).optional(),
  weights: z.array(z.number().positive()).min(2).optional(),
  ranges: z.record(
    z.string(),
    z.tuple([z.number(), z.number()]).refine(([least, greatest]) => least < greatest),
  ),
});

/** What a module exports as `parts`: null where it exports none, a text where it is none. */
export function readParts(given: unknown): Parts | string | null {
  if (given === undefined) return null;
  const { data } = partsSchema.safeParse(given);
  const weights = data?.weights ?? Array.from({ length: data?.count ?? 0 }, () => 1);
  if (data !== undefined && weights.length === (data.count ?? weights.length) && weights.length > 0) {
    return { weights, ranges: data.ranges };
  }
  return `exports parts that are none: ${show(given)} instead of { count: 40, ranges: { error: [0, 1] } }, or weights for count`;
}

/** The failure of a thrown error; its `kind`, if it has a known one, says what sort. */
export function thrownFailure(error: unknown): Measurement {
  const message = error instanceof Error ? error.message : String(error);
  return { state: 'failed', kind: failureKind((error as { kind?: unknown } | null)?.kind), message };
}

export const incorrect = (message: string): Measurement => ({ state: 'failed', kind: 'correctness', message });

const failureKind = (kind: unknown): FailureKind =>
  FAILURE_KINDS.includes(kind as FailureKind) ? (kind as FailureKind) : 'runtime';

const SHOWN = 60;

/** As short text: numbers that JSON does not know by their names. */
export function show(value: unknown): string {
  if (value === undefined || typeof value === 'number') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  } catch {
    // Circular, or with a bigint inside.
    return 'an object that is no JSON';
  }
}

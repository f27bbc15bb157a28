import type { Metrics } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import type { FinishedState, FinishedTrial } from '../core/trial.js';
import type { StudyRecord } from '../store/study-record.js';

/** A trial as programs read it: a JSON object that needs nothing else to be understood. */
export interface TrialRecord {
  readonly number: number;
  readonly technique: string;
  readonly state: FinishedState | 'running' | 'pending';
  readonly configuration: Configuration;
  /** Objective values by name, as measured; null unless complete. */
  readonly values: Metrics | null;
  /** Everything that was measured; null when nothing was. */
  readonly metrics: Metrics | null;
  readonly failure: FinishedTrial['failure'] | null;
  /** How many parts of it were measured; null where trials do not race. */
  readonly parts: number | null;
  /** What measuring took. */
  readonly seconds: number | null;
  /** ISO 8601; null where nothing says so. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** All trials of a study by number, open ones included. */
export function trialRecords(study: StudyRecord): TrialRecord[] {
  const { definition, finished, open, seconds, times, running } = study;
  const timesOf = (number: number) => {
    const { startedAt = null, finishedAt = null } = times.get(number) ?? {};
    return { seconds: seconds.get(number) ?? null, startedAt: isoTime(startedAt), finishedAt: isoTime(finishedAt) };
  };
  const done = finished.map(
    ({ number, technique, state, configuration, values, metrics, failure = null, parts }): TrialRecord => ({
      ...{ number, technique, state, configuration, metrics, failure },
      values:
        values === null
          ? null
          : Object.fromEntries(definition.objectives.map(({ metric }, i) => [metric, values[i] ?? 0])),
      parts: parts?.order.length ?? null,
      ...timesOf(number),
    }),
  );
  const waiting = open.map(
    ({ number, technique, configuration }): TrialRecord => ({
      ...{ number, technique, configuration, values: null, metrics: null, failure: null, parts: null },
      state: running.has(number) ? 'running' : 'pending',
      ...timesOf(number),
    }),
  );
  return [...done, ...waiting].sort((a, b) => a.number - b.number);
}

export const isoTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

import type Database from 'better-sqlite3';
import type { Fleet } from '../core/executor.js';
import type { FailureKind } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import type { StudyDefinition } from '../core/store.js';
import type { FinishedState, OpenTrial } from '../core/trial.js';
import { openForReading, withStoreErrors } from './database.js';
import { parse, readFleet, readOpen, readRunning, readStudy } from './rows.js';

/** A finished trial as followers see it: without its metrics, with what measuring took. */
export interface FedTrial {
  readonly number: number;
  readonly technique: string;
  readonly configuration: Configuration;
  readonly state: FinishedState;
  readonly values: readonly number[] | null;
  readonly improvement: number;
  readonly seconds: number | null;
  readonly failure?: { readonly kind: FailureKind; readonly message: string };
}

/** What has come to a study since somebody looked last. */
export interface TrialFeed {
  readonly definition: StudyDefinition;
  /** Finished trials from the asked-for place on, in completion order. */
  readonly finished: readonly FedTrial[];
  readonly open: readonly OpenTrial[];
  /** Those that are being measured, and since when in milliseconds since 1970; null when an older release began it. */
  readonly running: ReadonlyMap<number, number | null>;
  /** Who measures for the writer; null when it measures by itself. */
  readonly fleet: Fleet | null;
}

/** Columns in the order in which they are asked for: rows as lists are read in half the time. */
type Row = readonly [
  number: number,
  technique: string,
  configuration: string,
  state: FedTrial['state'],
  improvement: number | null,
  seconds: number | null,
  kind: FailureKind | null,
  message: string | null,
];

/**
 * The trials of a study from place `from` of the completion order on, for who follows it: the price is that of what is
 * new. Nothing is written, as by `readStudies`. Undefined when there is no such study.
 *
 * @throws StudyError as `readStudies`.
 */
export function readTrialFeed(path: string, name: string, from: number): TrialFeed | undefined {
  const db = openForReading(path);
  try {
    return withStoreErrors(path, () => db.transaction(() => readFeed(db, name, from))());
  } finally {
    db.close();
  }
}

const NO_FAILURE = {};

function readFeed(db: Database.Database, name: string, from: number): TrialFeed | undefined {
  const study = readStudy(db, name);
  if (study === undefined) return undefined;
  const { id, definition } = study;
  const rows = db
    .prepare(
      `SELECT number, technique, configuration, state, improvement, seconds, failure_kind, failure_message
       FROM trial WHERE study_id = ? AND completion >= ? ORDER BY completion`,
    )
    .raw()
    .all(id, from) as unknown as Row[];
  const values = readValues(db, id, from);
  return {
    definition,
    finished: rows.map(([number, technique, configuration, state, improvement, seconds, kind, message]) => ({
      number,
      technique,
      configuration: parse<Configuration>(configuration, name, `the configuration of trial ${number}`),
      state,
      values: state === 'complete' ? (values.get(number) ?? null) : null,
      improvement: improvement ?? 0,
      seconds,
      ...(kind === null ? NO_FAILURE : { failure: { kind, message: message ?? '' } }),
    })),
    open: readOpen(db, id, definition),
    running: readRunning(db, id),
    fleet: readFleet(db, id, name),
  };
}

/** Objective values by number of the trial; all of the study's are read at once where all are wanted. */
function readValues(db: Database.Database, id: number, from: number): Map<number, number[]> {
  const cells = db
    .prepare(
      from === 0
        ? 'SELECT number, value FROM trial_value WHERE study_id = ? ORDER BY number, position'
        : // CROSS: the new trials first, by the index of completions. Else all values of the study are looked through.
          `SELECT trial_value.number, value FROM trial CROSS JOIN trial_value USING (study_id, number)
           WHERE study_id = ? AND completion >= ? ORDER BY trial_value.number, position`,
    )
    .raw()
    .all(...(from === 0 ? [id] : [id, from])) as [number, number][];
  const byNumber = new Map<number, number[]>();
  for (const [number, value] of cells) {
    const list = byNumber.get(number);
    if (list === undefined) byNumber.set(number, [value]);
    else list.push(value);
  }
  return byNumber;
}

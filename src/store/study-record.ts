/// <reference lib="esnext.disposable" preserve="true" />
import type Database from 'better-sqlite3';
import type { Json } from '../base/json.js';
import { describeHolder, type Holder, holderState } from '../base/lock.js';
import type { Fleet } from '../core/executor.js';
import type { Objective } from '../core/objective.js';
import type { Configuration } from '../core/space.js';
import type { StoredStudy, TrialTimes } from '../core/store.js';
import { openForReading, withStoreErrors } from './database.js';
import { parse, readFleet, readRunning, readStudy, readWhole } from './rows.js';

/** A study with everything that is kept beside its trials, as of one moment. */
export interface StudyRecord extends StoredStudy {
  /** Numbers of the open trials that are being measured. */
  readonly running: ReadonlySet<number>;
  /** By number; trials of older releases and of a warm start have none. */
  readonly times: ReadonlyMap<number, TrialTimes>;
  readonly events: readonly { readonly kind: string; readonly detail: string; readonly at: string }[];
  /** One for each process that opened the study. */
  readonly environments: readonly { readonly detail: { readonly [key: string]: Json }; readonly at: string }[];
  readonly notes: readonly StudyNote[];
  /** What waits in the queue. */
  readonly enqueued: readonly Configuration[];
  readonly writer: StudyWriter | undefined;
  /** Who measures for the writer; null when it measures by itself. */
  readonly fleet: Fleet | null;
}

export interface StudyNote {
  /** The trial that it is about; null for the study. */
  readonly number: number | null;
  readonly text: string;
  readonly at: string;
}

/** Who holds the study to write to it. */
export interface StudyWriter {
  readonly name: string;
  /** `unknown` for a process of another host. */
  readonly state: 'alive' | 'dead' | 'unknown';
}

/** What a list says of a study, without reading its trials. */
export interface StudySummary {
  readonly name: string;
  readonly space: string;
  readonly technique: string;
  readonly objectives: readonly Objective[];
  readonly seed: number;
  readonly version: string;
  readonly trials: { readonly [state: string]: number };
  /** The best value of the one objective; null without one, or with several objectives. */
  readonly best: number | null;
  /** When it was begun and last opened or closed, as ISO 8601; null when nothing says so. */
  readonly begunAt: string | null;
  readonly lastAt: string | null;
  readonly writer: StudyWriter | undefined;
}

/** Everything there is about the studies of a database, for those who only read: as `readStudies`. */
export interface RecordReader {
  list(): StudySummary[];
  /** Undefined when there is no such study. */
  read(name: string): StudyRecord | undefined;
  /** What is kept of each process that opened the study, the last at the end; none where there is no such study. */
  environments(name: string): StudyRecord['environments'][number]['detail'][];
  close(): void;
  [Symbol.dispose](): void;
}

/** @throws StudyError as `readStudies`. */
export function readRecords(path: string): RecordReader {
  const db = openForReading(path);
  const reading = <T>(work: () => T): T => withStoreErrors(path, () => db.transaction(work)());
  const close = () => void db.close();
  return {
    list: () =>
      reading(() => {
        const names = db.prepare('SELECT name FROM study ORDER BY name').pluck().all() as string[];
        return names.flatMap((name) => summarise(db, name) ?? []);
      }),
    read: (name) => reading(() => readRecord(db, name)),
    environments: (name) =>
      reading(() => {
        const details = db
          .prepare(
            'SELECT detail FROM environment JOIN study ON study.id = study_id WHERE name = ? ORDER BY environment.id',
          )
          .pluck();
        return (details.all(name) as string[]).map((detail) => parse(detail, name, 'an environment'));
      }),
    close,
    [Symbol.dispose]: close,
  };
}

function readRecord(db: Database.Database, name: string): StudyRecord | undefined {
  const stored = readWhole(db, name);
  const found = readStudy(db, name);
  if (stored === undefined || found === undefined) return undefined;
  const { id } = found;
  const all = <Row>(sql: string) => db.prepare(sql).all(id) as Row[];
  const times = all<{ number: number; started_at: number | null; finished_at: number | null }>(
    `SELECT number, started_at, finished_at FROM trial WHERE study_id = ? AND coalesce(started_at, finished_at) IS NOT NULL`,
  );
  const environments = all<{ detail: string; at: string }>(
    'SELECT detail, at FROM environment WHERE study_id = ? ORDER BY id',
  );
  const queue = db.prepare('SELECT configuration FROM enqueued WHERE study_id = ? ORDER BY id').pluck();
  return {
    ...stored,
    running: new Set(readRunning(db, id).keys()),
    times: new Map(times.map((row) => [row.number, { startedAt: row.started_at, finishedAt: row.finished_at }])),
    events: all('SELECT kind, detail, at FROM event WHERE study_id = ? ORDER BY id'),
    environments: environments.map(({ detail, at }) => ({ detail: parse(detail, name, 'an environment'), at })),
    notes: all('SELECT number, text, at FROM note WHERE study_id = ? ORDER BY id'),
    enqueued: queue.all(id).map((text) => parse<Configuration>(text, name, 'its queue')),
    writer: readWriter(db, id),
    fleet: readFleet(db, id, name),
  };
}

function summarise(db: Database.Database, name: string): StudySummary | undefined {
  const found = readStudy(db, name);
  if (found === undefined) return undefined;
  const { id, definition } = found;
  const { objectives } = definition;
  const counts = db.prepare('SELECT state, count(*) FROM trial WHERE study_id = ? GROUP BY state ORDER BY state');
  const [objective] = objectives;
  const order = objective?.direction === 'max' ? 'max' : 'min';
  const best = db.prepare(`SELECT ${order}(value) FROM trial_value WHERE study_id = ? AND position = 0`).pluck();
  const times = db.prepare('SELECT min(at) AS begun, max(at) AS last FROM event WHERE study_id = ?');
  const { begun, last } = times.get(id) as { readonly begun: string | null; readonly last: string | null };
  return {
    ...{ name, objectives, technique: definition.technique, seed: definition.seed },
    ...{ space: definition.space.name, version: definition.begun.version },
    trials: Object.fromEntries(counts.raw().all(id) as [string, number][]),
    best: objectives.length === 1 ? (best.get(id) as number | null) : null,
    ...{ begunAt: begun, lastAt: last },
    writer: readWriter(db, id),
  };
}

function readWriter(db: Database.Database, id: number): StudyWriter | undefined {
  const row = db.prepare('SELECT host, pid, started FROM lease WHERE study_id = ?').get(id) as Holder | undefined;
  return row === undefined ? undefined : { name: describeHolder(row), state: holderState(row) };
}

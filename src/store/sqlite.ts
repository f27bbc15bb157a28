import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { Json } from '../base/json.js';
import type { Configuration } from '../core/space.js';
import type { Store, StudyDefinition, StudyLog, StudyReader, TechniqueSnapshot, TrialSteps } from '../core/store.js';
import type { FinishedTrial, OpenTrial } from '../core/trial.js';
import { checkPath, openForReading, openForWriting, withStoreErrors } from './database.js';
import { type Lease, takeLease } from './lease.js';
import { parse, readFinished, readOpen, readStudy, readWhole } from './rows.js';
import { firstSeal, sealOf, settingsText } from './seal.js';

export interface SqliteOptions {
  /** Survive a power cut as well as a crash of the process, at the price of a disk flush a trial. */
  readonly full?: boolean;
  /** Make or migrate the file now, before several threads want to. Without it that is done when a study is claimed. */
  readonly create?: boolean;
}

/**
 * The studies of a database file, to be read and written. The file is made when the first study is claimed.
 *
 * @throws UsageError for a path that names no file, StudyError STUDY_STORE when it cannot be used, STUDY_FOREIGN when
 *   another program made it, STUDY_SCHEMA when a newer release wrote it.
 */
export function openSqliteStore(path: string, { full = false, create = false }: SqliteOptions = {}): Store {
  checkPath(path);
  let db: Database.Database | undefined = create ? openForWriting(path, full) : undefined;
  const logs = new Set<StudyLog>();
  const reading = <T>(read: (reader: StudyReader) => T, nothing: T): T => {
    if (db !== undefined) return read(readerOf(db, path));
    if (!existsSync(path)) return nothing;
    const reader = readStudies(path);
    try {
      return read(reader);
    } finally {
      reader.close();
    }
  };
  const close = () => {
    for (const log of logs) log.release();
    db?.close();
  };
  return {
    names: () => reading((reader) => reader.names(), []),
    read: (name) => reading((reader) => reader.read(name), undefined),
    claim(definition, environment, { takeOver = false, isIsolated = false } = {}) {
      db ??= openForWriting(path, full);
      const open = db;
      const log = withStoreErrors(path, () =>
        open.transaction(() => claim(open, path, definition, environment, { takeOver, isIsolated })).immediate(),
      );
      logs.add(log);
      return log;
    },
    close,
    [Symbol.dispose]: close,
  };
}

/**
 * The studies of a database file, for those who only read: nothing is written, created or migrated, beside a living
 * writer or not, and every read is of one moment.
 *
 * @throws StudyError STUDY_STORE when there is no such file or it cannot be read, STUDY_FOREIGN when another program made
 *   it, STUDY_SCHEMA when a newer release wrote it.
 */
export function readStudies(path: string): StudyReader {
  return readerOf(openForReading(path), path);
}

function readerOf(db: Database.Database, path: string): StudyReader {
  const reading = <T>(work: () => T) => withStoreErrors(path, () => db.transaction(work)());
  const close = () => void db.close();
  return {
    names: () => reading(() => db.prepare('SELECT name FROM study ORDER BY name').pluck().all() as string[]),
    read: (name) => reading(() => readWhole(db, name)),
    close,
    [Symbol.dispose]: close,
  };
}

function claim(
  db: Database.Database,
  path: string,
  definition: StudyDefinition,
  environment: { readonly [key: string]: Json },
  { takeOver, isIsolated }: { readonly takeOver: boolean; readonly isIsolated: boolean },
): StudyLog {
  const stored = readStudy(db, definition.name);
  const id = stored?.id ?? insertStudy(db, definition);
  const { hash, definition: file } = definition.space;
  // An older release, or a study of the same space before, may not have said it.
  if (file !== undefined) {
    db.prepare('UPDATE space SET definition = ? WHERE hash = ? AND definition IS NULL').run(JSON.stringify(file), hash);
  }
  const sealed = settingsText(stored?.definition ?? definition);
  db.prepare('UPDATE study SET sealed = ? WHERE id = ? AND sealed IS NULL').run(sealed, id);
  const lease = takeLease(db, id, definition.name, takeOver);
  // Those that were running when their process died keep the attempt, if it may have been their fault.
  db.prepare(
    "UPDATE trial SET state = 'pending', attempts = attempts - ? WHERE study_id = ? AND state = 'running'",
  ).run(isIsolated ? 1 : 0, id);
  db.prepare('INSERT INTO environment (study_id, detail, at) VALUES (?, ?, ?)').run(
    id,
    JSON.stringify(environment),
    new Date().toISOString(),
  );
  return logOf({ db, path, id, lease, definition: stored?.definition ?? definition, isNew: stored === undefined });
}

function insertStudy(
  db: Database.Database,
  { name, space, oracle, technique, objectives, seed, constraints = [], race, prior, begun }: StudyDefinition,
): number {
  db.prepare('INSERT OR IGNORE INTO space (hash, name, parameters) VALUES (?, ?, ?)').run(
    space.hash,
    space.name,
    JSON.stringify(space.parameters),
  );
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO study (name, space_hash, oracle, fingerprint, technique, seed, constraints, race, prior, version, generation)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      ...[name, space.hash, oracle.name, JSON.stringify(oracle.fingerprint), technique, seed],
      ...[
        JSON.stringify(constraints),
        race ?? null,
        prior === undefined ? null : JSON.stringify(prior),
        begun.version,
        begun.generation,
      ],
    );
  for (const [position, { metric, direction }] of objectives.entries()) {
    db.prepare('INSERT INTO objective VALUES (?, ?, ?, ?)').run(lastInsertRowid, position, metric, direction);
  }
  return Number(lastInsertRowid);
}

type Asking = Pick<TrialSteps, 'proposed' | 'asked'>;

/** Where a result stands in the order of results. */
interface Filing {
  /** The seal of the one told before it. */
  readonly before: string;
  readonly completion: number;
  readonly seconds: number | null;
  /** In milliseconds since 1970. */
  readonly finishedAt: number | null;
  readonly told: number;
}

/** The writing end of one claimed study. Every method is one transaction that first checks the lease. */
function logOf(options: {
  readonly db: Database.Database;
  readonly path: string;
  readonly id: number;
  readonly lease: Lease;
  readonly definition: StudyDefinition;
  readonly isNew: boolean;
}): StudyLog {
  const { db, path, id, lease, definition, isNew } = options;
  const insertTrial = db.prepare(
    `INSERT INTO trial (study_id, number, technique, configuration, attempts, asked_step, asked_count, started_at, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const saveSnapshot = db.prepare(
    `INSERT INTO technique_snapshot VALUES (?, ?, ?)
     ON CONFLICT (study_id) DO UPDATE SET step = excluded.step, state = excluded.state`,
  );
  const insertValue = db.prepare('INSERT INTO trial_value VALUES (?, ?, ?, ?)');
  const insertMetric = db.prepare('INSERT INTO trial_metric VALUES (?, ?, ?, ?)');
  const insertEvent = db.prepare('INSERT INTO event (study_id, kind, detail, at) VALUES (?, ?, ?, ?)');
  const markRunning = db.prepare(
    `UPDATE trial SET state = 'running', attempts = attempts + 1, started_at = ? WHERE study_id = ? AND number = ?`,
  );
  const saveStart = db.prepare('UPDATE trial SET started_at = ? WHERE study_id = ? AND number = ?');
  const queue = db.prepare('SELECT id, configuration FROM enqueued WHERE study_id = ? ORDER BY id');
  const take = db.prepare('DELETE FROM enqueued WHERE study_id = ? AND id = ?');
  const giveBack = db.prepare(
    `UPDATE trial SET state = 'pending', attempts = attempts - 1, started_at = NULL WHERE study_id = ? AND state = 'running'`,
  );
  const saveFleet = db.prepare('UPDATE lease SET fleet = ? WHERE study_id = ?');
  const nextCompletion = db.prepare('SELECT count(completion) FROM trial WHERE study_id = ?').pluck();
  const finishTrial = db.prepare(
    `UPDATE trial SET state = ?, completion = ?, improvement = ?, failure_kind = ?, failure_message = ?, seconds = ?,
       finished_at = ?, parts = ?, told_step = ?, seal = ? WHERE study_id = ? AND number = ?`,
  );
  const stepsOf = db.prepare(
    'SELECT asked_step AS proposed, asked_count AS asked FROM trial WHERE study_id = ? AND number = ?',
  );
  let completed = nextCompletion.get(id) as number;
  let head = lastSeal(db, id);
  let isReleased = false;

  const read = <T>(work: () => T): T => withStoreErrors(path, () => db.transaction(work)());
  const transaction = db.transaction((work: () => void) => {
    lease.check();
    work();
  });
  const write = (work: () => void) => withStoreErrors(path, () => transaction.immediate(work));
  const insert = ({ number, technique, configuration, attempts = 0 }: OpenTrial, steps: Asking, startedAt?: number) => {
    const begun = startedAt === undefined ? ([attempts, 'pending'] as const) : ([attempts + 1, 'running'] as const);
    insertTrial.run(
      ...[id, number, technique, JSON.stringify(configuration), begun[0]],
      ...[steps.proposed, steps.asked, startedAt ?? null, begun[1]],
    );
  };
  /** Stores a result; what comes back is its seal. */
  const fill = (trial: FinishedTrial, { before, completion, seconds, finishedAt, told }: Filing) => {
    const asking = stepsOf.get(id, trial.number) as Asking | undefined;
    const { kind = null, message = null } = trial.failure ?? {};
    const { state, improvement, number, parts } = trial;
    const seen = parts === undefined ? null : JSON.stringify(parts);
    const seal = sealOf(before, trial, seconds, { proposed: null, asked: null, ...asking, told });
    finishTrial.run(
      ...[state, completion, improvement, kind, message, seconds, finishedAt, seen],
      ...[told, seal, id, number],
    );
    for (const [position, value] of (trial.values ?? []).entries()) insertValue.run(id, number, position, value);
    for (const [metric, value] of Object.entries(trial.metrics ?? {})) insertMetric.run(id, number, metric, value);
    return seal;
  };
  const save = ({ step, state }: TechniqueSnapshot) => saveSnapshot.run(id, step, JSON.stringify(state));

  return {
    definition,
    isNew,
    snapshot: () =>
      read(() => {
        const row = db.prepare('SELECT step, state FROM technique_snapshot WHERE study_id = ?').get(id) as
          | { step: number; state: string }
          | undefined;
        if (row === undefined) return null;
        return { step: row.step, state: parse<Json>(row.state, definition.name, "its technique's state") };
      }),
    finished: () => read(() => readFinished(db, id, definition)),
    open: () => read(() => readOpen(db, id, definition)),
    begin(finished, open, seconds, times) {
      let last = head;
      write(() => {
        last = head;
        for (const trial of [...finished, ...open]) insert(trial, { proposed: 0, asked: 0 });
        for (const [i, trial] of finished.entries()) {
          const spent = seconds?.get(trial.number) ?? null;
          const { startedAt = null, finishedAt = null } = times?.get(trial.number) ?? {};
          last = fill(trial, { before: last, completion: completed + i, seconds: spent, finishedAt, told: 0 });
          if (startedAt !== null) saveStart.run(startedAt, id, trial.number);
        }
      });
      head = last;
      completed += finished.length;
    },
    enqueued: () =>
      (withStoreErrors(path, () => queue.all(id)) as { readonly id: number; readonly configuration: string }[]).map(
        (row) => ({
          id: row.id,
          configuration: parse<Configuration>(row.configuration, definition.name, 'its queue'),
        }),
      ),
    propose: (trials, snapshot, { taken = [], isStarted = false } = {}) =>
      write(() => {
        const startedAt = isStarted ? Date.now() : undefined;
        for (const trial of trials) insert(trial, { proposed: snapshot.step, asked: snapshot.asked }, startedAt);
        for (const entry of taken) take.run(id, entry.id);
        save(snapshot);
      }),
    start: (number) => write(() => markRunning.run(Date.now(), id, number)),
    finish(trial, seconds, snapshot) {
      let last = head;
      write(() => {
        const filing = { before: head, completion: completed, seconds, finishedAt: Date.now(), told: snapshot.step };
        last = fill(trial, filing);
        save(snapshot);
      });
      head = last;
      completed++;
    },
    event: (kind, detail) => write(() => insertEvent.run(id, kind, detail, new Date().toISOString())),
    showFleet: (fleet) => write(() => saveFleet.run(JSON.stringify(fleet), id)),
    release() {
      if (isReleased) return;
      isReleased = true;
      withStoreErrors(path, () =>
        db
          .transaction(() => {
            if (lease.release()) giveBack.run(id);
          })
          .immediate(),
      );
    },
  };
}

function lastSeal(db: Database.Database, id: number): string {
  const last = db
    .prepare('SELECT seal FROM trial WHERE study_id = ? AND seal IS NOT NULL ORDER BY completion DESC LIMIT 1')
    .pluck()
    .get(id) as string | undefined;
  return last ?? firstSeal(db.prepare('SELECT sealed FROM study WHERE id = ?').pluck().get(id) as string);
}

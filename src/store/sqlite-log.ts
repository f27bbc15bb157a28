import type Database from 'better-sqlite3';
import type { Json } from '../base/json.js';
import type { OpenTrial, StudyDefinition, StudyLog, TechniqueSnapshot } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import type { Lease } from './lease.js';
import { readFinished, readOpen } from './sqlite-read.js';
import { withStoreErrors } from './store-error.js';

/** The writing end of one claimed study. Every method is one transaction that first checks the lease. */
export function sqliteLog(options: {
  readonly db: Database.Database;
  readonly path: string;
  readonly id: number;
  readonly lease: Lease;
  readonly definition: StudyDefinition;
  readonly isNew: boolean;
}): StudyLog {
  const { db, path, id, lease, definition, isNew } = options;
  const insertTrial = db.prepare(
    `INSERT INTO trial (study_id, number, technique, configuration, state) VALUES (?, ?, ?, ?, 'pending')`,
  );
  const saveSnapshot = db.prepare('INSERT OR REPLACE INTO technique_snapshot VALUES (?, ?, ?)');
  const insertValue = db.prepare('INSERT INTO trial_value VALUES (?, ?, ?, ?)');
  const insertMetric = db.prepare('INSERT INTO trial_metric VALUES (?, ?, ?, ?)');
  const insertEvent = db.prepare('INSERT INTO event (study_id, kind, detail, at) VALUES (?, ?, ?, ?)');
  const markRunning = db.prepare(`UPDATE trial SET state = 'running' WHERE study_id = ? AND number = ?`);
  const nextCompletion = db.prepare('SELECT count(completion) FROM trial WHERE study_id = ?').pluck();
  const finishTrial = db.prepare(
    `UPDATE trial SET state = ?, completion = ?, improvement = ?, failure_kind = ?, failure_message = ?, seconds = ?
     WHERE study_id = ? AND number = ?`,
  );
  let completed = nextCompletion.get(id) as number;

  const write = (work: () => void) =>
    withStoreErrors(path, () =>
      db
        .transaction(() => {
          lease.check();
          work();
        })
        .immediate(),
    );
  const insert = ({ number, technique, configuration }: OpenTrial) =>
    insertTrial.run(id, number, technique, JSON.stringify(configuration));
  const fill = (trial: FinishedTrial, completion: number, seconds: number | null) => {
    const { kind = null, message = null } = trial.failure ?? {};
    finishTrial.run(trial.state, completion, trial.improvement, kind, message, seconds, id, trial.number);
    for (const [position, value] of (trial.values ?? []).entries()) insertValue.run(id, trial.number, position, value);
    for (const [metric, value] of Object.entries(trial.metrics ?? {}))
      insertMetric.run(id, trial.number, metric, value);
  };
  const save = ({ step, state }: TechniqueSnapshot) => saveSnapshot.run(id, step, JSON.stringify(state));

  return {
    definition,
    isNew,
    snapshot() {
      const row = db.prepare('SELECT step, state FROM technique_snapshot WHERE study_id = ?').get(id) as
        | { step: number; state: string }
        | undefined;
      return row === undefined ? null : { step: row.step, state: JSON.parse(row.state) as Json };
    },
    finished: () => readFinished(db, id),
    open: () => readOpen(db, id),
    begin(finished, open, seconds) {
      write(() => {
        for (const trial of [...finished, ...open]) insert(trial);
        for (const [i, trial] of finished.entries()) fill(trial, completed + i, seconds?.get(trial.number) ?? null);
      });
      completed += finished.length;
    },
    propose: (trials, snapshot) =>
      write(() => {
        for (const trial of trials) insert(trial);
        save(snapshot);
      }),
    start: (number) => write(() => markRunning.run(id, number)),
    finish(trial, seconds, snapshot) {
      write(() => {
        fill(trial, completed, seconds);
        save(snapshot);
      });
      completed++;
    },
    event: (kind, detail) => write(() => insertEvent.run(id, kind, detail, new Date().toISOString())),
    release: () =>
      withStoreErrors(path, () =>
        db
          .transaction(() => {
            if (!lease.release()) return;
            db.prepare("UPDATE trial SET state = 'pending' WHERE study_id = ? AND state = 'running'").run(id);
          })
          .immediate(),
      ),
  };
}

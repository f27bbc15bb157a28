import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type Database from 'better-sqlite3';
import { processIdentity } from '../base/lock.js';
import { StudyError } from '../errors.js';

/** Processes of other hosts cannot be looked up: they count as dead after this long without a sign of life. */
const SILENT_MS = 120_000;
/** Often enough for that, and seldom enough not to be part of every write. */
const BEAT_MS = 5000;

export interface Lease {
  /** Throws STUDY_TAKEN when another process has taken the study over. Call it inside every writing transaction. */
  check(): void;
  /** False when another process holds the study by now: its rows are then none of ours. */
  release(): boolean;
}

interface Row {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  readonly started: string;
  readonly heartbeat: number;
}

/** Leases of this process: a lease row with its number and another token is left over from an earlier process. */
const mine = new Set<string>();

/**
 * Makes this process the one writer of a study. Call it inside an immediate transaction.
 *
 * @throws StudyError STUDY_BUSY when a living process holds the lease; that of a dead one is taken over.
 */
export function takeLease(db: Database.Database, studyId: number, name: string): Lease {
  const row = db.prepare('SELECT * FROM lease WHERE study_id = ?').get(studyId) as Row | undefined;
  if (row !== undefined && isAlive(row)) {
    throw new StudyError('STUDY_BUSY', `study "${name}" is being written to by process ${row.pid} on ${row.host}`, {
      remedy: 'wait for it to end or stop it, or give the new study another --name',
    });
  }
  const token = randomUUID();
  db.prepare('INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?, ?, ?)').run(
    studyId,
    token,
    hostname(),
    process.pid,
    processIdentity(process.pid) ?? '',
    Date.now(),
  );
  mine.add(token);
  const holder = db.prepare('SELECT token FROM lease WHERE study_id = ?').pluck();
  const beat = db.prepare('UPDATE lease SET heartbeat = ? WHERE study_id = ? AND token = ?');
  let beaten = Date.now();
  return {
    check() {
      if (holder.get(studyId) !== token) {
        throw new StudyError('STUDY_TAKEN', `another process has taken study "${name}" over`, {
          remedy: 'let that process go on; everything this one stored is kept',
        });
      }
      if (Date.now() - beaten < BEAT_MS) return;
      beaten = Date.now();
      beat.run(beaten, studyId, token);
    },
    release() {
      mine.delete(token);
      return db.prepare('DELETE FROM lease WHERE study_id = ? AND token = ?').run(studyId, token).changes > 0;
    },
  };
}

function isAlive(row: Row): boolean {
  if (row.host !== hostname()) return Date.now() - row.heartbeat < SILENT_MS;
  if (row.pid === process.pid) return mine.has(row.token);
  return processIdentity(row.pid) === row.started;
}

import { randomUUID } from 'node:crypto';
import { threadId } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { describeHolder, type Holder, holderState, thisProcess } from '../base/lock.js';
import { StudyError } from '../errors.js';

/** Other hosts and other threads of this process cannot be looked up: silent for so long, they count as gone. */
const SILENT_MS = 120_000;
const BEAT_MS = 5000;

export interface Lease {
  /** Throws STUDY_TAKEN when another writer has taken the study over. Call it inside every writing transaction. */
  check(): void;
  /** False when another writer holds the study by now: its rows are then none of ours. */
  release(): boolean;
}

interface Row extends Holder {
  readonly token: string;
  readonly thread: number;
  readonly heartbeat: number;
}

/**
 * The leases of this thread, all copies of the package together: a row of this thread with another token is left over.
 * Other threads have sets of their own.
 */
const held = sharedSet(Symbol.for('supersam.leases'));

/**
 * Makes the caller the one writer of a study. Call it inside an immediate transaction. A timer that keeps no process
 * alive then shows that the writer lives, however long a measurement takes.
 *
 * @throws StudyError STUDY_BUSY when a living writer holds the lease, unless `takeOver`; that of a dead one is taken over.
 */
export function takeLease(db: Database.Database, studyId: number, name: string, takeOver: boolean): Lease {
  const row = db.prepare('SELECT * FROM lease WHERE study_id = ?').get(studyId) as Row | undefined;
  const refusal = row === undefined || takeOver ? undefined : refuse(row, name);
  if (refusal !== undefined) throw refusal;
  const token = randomUUID();
  const { host, pid, started } = thisProcess();
  db.prepare(
    `INSERT OR REPLACE INTO lease (study_id, token, host, pid, started, heartbeat, thread) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(studyId, token, host, pid, started, Date.now(), threadId);
  held.add(token);
  const holder = db.prepare('SELECT token FROM lease WHERE study_id = ?').pluck();
  const beat = db.prepare('UPDATE lease SET heartbeat = ? WHERE study_id = ? AND token = ?');
  let beaten = Date.now();
  const live = () => {
    beaten = Date.now();
    return beat.run(beaten, studyId, token).changes > 0;
  };
  const heart = setInterval(() => {
    try {
      if (!live()) clearInterval(heart);
    } catch {
      // A locked or full disk: the next write says so, and the next beat tries again.
    }
  }, BEAT_MS);
  heart.unref();
  return {
    check() {
      if (holder.get(studyId) !== token) {
        throw new StudyError('STUDY_TAKEN', `another process has taken study "${name}" over`, {
          remedy: 'let that process go on; everything this one stored is kept',
        });
      }
      // A caller that never leaves the event loop free lives, too.
      if (Math.abs(Date.now() - beaten) >= BEAT_MS) live();
    },
    release() {
      clearInterval(heart);
      held.delete(token);
      return db.prepare('DELETE FROM lease WHERE study_id = ? AND token = ?').run(studyId, token).changes > 0;
    },
  };
}

/** Undefined when the holder is gone. */
function refuse(row: Row, name: string): StudyError | undefined {
  const state = holderState(row);
  const isOwnProcess = state === 'alive' && row.pid === process.pid;
  if (state === 'dead' || (isOwnProcess && row.thread === threadId && !held.has(row.token))) return undefined;
  const silentMs = Date.now() - row.heartbeat;
  const who = isOwnProcess && row.thread !== threadId ? `another thread of this process` : describeHolder(row);
  const busy = (what: string, remedy: string) => new StudyError('STUDY_BUSY', `study "${name}" ${what}`, { remedy });
  if (state === 'alive' && !(isOwnProcess && row.thread !== threadId)) {
    return busy(`is being written to by ${who}`, 'wait for it to end or stop it, or give the new study another --name');
  }
  if (silentMs >= SILENT_MS) return undefined;
  const known = 'if you know that it has ended, add --take-over (in code: takeOver: true)';
  if (silentMs > -SILENT_MS) return busy(`is being written to by ${who}`, `wait for it to end or stop it; ${known}`);
  return busy(`is held by ${who}, whose last sign of life is ${duration(-silentMs)} ahead of this clock`, known);
}

function duration(ms: number): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  const [unit, size] = units.find(([, least]) => ms >= least) ?? ['second', 1000];
  const count = Math.round(ms / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function sharedSet(name: symbol): Set<string> {
  const shared = globalThis as { [key: symbol]: Set<string> | undefined };
  shared[name] ??= new Set();
  return shared[name];
}

import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { SupersamError, UsageError } from '../errors.js';
import { makeFolder } from './files.js';

/** The process that holds a study or a folder; `started` tells it from a later one that was given its number. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly started: string;
}

export const thisProcess = (): Holder => ({
  host: hostname(),
  pid: process.pid,
  started: startOf(process.pid) ?? '',
});

/** Whether the process still runs; `unknown` when it is one of another host, which cannot be looked up from here. */
export function holderState({ host, pid, started }: Holder): 'alive' | 'dead' | 'unknown' {
  if (host !== hostname()) return 'unknown';
  return startOf(pid) === started ? 'alive' : 'dead';
}

export const describeHolder = ({ host, pid }: Holder): string => `process ${pid} on ${host}`;

const LOCK = 'lock.json';

/**
 * Makes this process the one writer of an output folder until the returned function is called. What a dead process
 * left behind is taken over; a process of another host counts as alive.
 *
 * @throws UsageError naming the process that works there, SupersamError FOLDER_WRITE where nothing can be written.
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  await makeFolder(folder);
  const path = join(folder, LOCK);
  for (;;) {
    try {
      await writeFile(path, JSON.stringify(thisProcess()), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') {
        // What a full disk let begin locks nobody out.
        await rm(path, { force: true }).catch(() => undefined);
        throw new SupersamError('FOLDER_WRITE', `cannot write to ${folder}: ${message}`, {
          cause: error,
          remedy:
            code === 'ENOSPC' ? 'free some space on this disk and run the command again' : 'choose a writable folder',
        });
      }
    }
    const holder = await readHolder(path);
    if (holder !== undefined && holderState(holder) !== 'dead') {
      throw new UsageError(`${folder} is being written to by ${describeHolder(holder)}`, {
        remedy: `wait for it to end or stop it, or choose another output folder; if it is gone, remove ${path}`,
      });
    }
    await rm(path, { force: true });
  }
}

/** Undefined for a lock that was removed meanwhile or cut off while it was written. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/**
 * A text that differs between two processes which had the same number one after the other: the start time in clock
 * ticks since boot, from /proc. Undefined when no such process lives; empty where the system does not tell.
 */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may hold blanks; the state comes next.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : (rest[18] ?? '');
  } catch {
    return '';
  }
}

import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../errors.js';

/**
 * A text that differs between two processes which had the same number one after the other: the start time in clock
 * ticks since boot, from /proc. Undefined when no such process lives; empty where the system does not tell.
 */
export function processIdentity(pid: number): string | undefined {
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

interface Owner {
  readonly host: string;
  readonly pid: number;
  readonly started: string;
}

const LOCK = 'lock.json';

/**
 * Makes this process the one writer of an output folder until the returned function is called. What a dead process
 * left behind is taken over; a process of another host cannot be looked up and so counts as alive.
 *
 * @throws UsageError naming the process that works there.
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, LOCK);
  const own: Owner = { host: hostname(), pid: process.pid, started: processIdentity(process.pid) ?? '' };
  for (;;) {
    try {
      await writeFile(path, JSON.stringify(own), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = await readOwner(path);
    if (owner !== undefined && isAlive(owner)) {
      throw new UsageError(`${folder} is being written to by process ${owner.pid} on ${owner.host}`, {
        remedy: `wait for it to end or stop it, or choose another output folder; if it is gone, remove ${path}`,
      });
    }
    await rm(path, { force: true });
  }
}

/** Undefined for a lock that was removed meanwhile or cut off while it was written. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

const isAlive = ({ host, pid, started }: Owner): boolean => host !== hostname() || processIdentity(pid) === started;

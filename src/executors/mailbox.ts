import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../base/files.js';
import { LONGEST_MESSAGE } from './messages.js';

// A folder that several machines share, through NFS as well: nothing is locked, and every step is one rename or one
// whole file. A job is a file that goes from `waiting` to `taken` by the rename of the worker that takes it, which
// succeeds for one of them; what came of it is a file in `results`.

export type Box = 'waiting' | 'taken' | 'results' | 'workers';
const BOXES: readonly Box[] = ['waiting', 'taken', 'results', 'workers'];

/** The name of a job's file sorts by trial; behind an @ stands who has taken it. */
export interface JobName {
  readonly trial: number;
  readonly attempt: number;
  readonly worker: string | undefined;
}

const NAME = /^(\d{1,15})-(\d{1,9})(?:@([\w.-]+))?\.json$/;

export function readName(file: string): JobName | undefined {
  const [, trial, attempt, worker] = NAME.exec(file) ?? [];
  return trial === undefined ? undefined : { trial: Number(trial), attempt: Number(attempt), worker };
}

export const nameOf = (trial: number, attempt: number, worker?: string): string =>
  `${String(trial).padStart(8, '0')}-${attempt}${worker === undefined ? '' : `@${worker}`}.json`;

export interface Mailbox {
  /** What waits there, sorted; files that are none of ours are passed over. */
  list(box: Box): Promise<string[]>;
  /** Undefined when it is not there (any more), or too long. */
  read(box: Box, file: string): Promise<string | undefined>;
  write(box: Box, file: string, text: string): Promise<void>;
  /** False when it was not there: somebody else was first. */
  move(from: Box, file: string, to: Box, as: string): Promise<boolean>;
  /** False when it was not there. */
  remove(box: Box, file: string): Promise<boolean>;
  readCard(): Promise<string | undefined>;
  writeCard(text: string): Promise<void>;
  removeCard(): Promise<void>;
}

const CARD = 'card.json';

/** Makes what is missing of it. */
export async function openMailbox(folder: string): Promise<Mailbox> {
  for (const box of BOXES) await mkdir(join(folder, box), { recursive: true });
  const readText = async (path: string): Promise<string | undefined> => {
    try {
      if ((await stat(path)).size > LONGEST_MESSAGE) return undefined;
      return await readFile(path, 'utf8');
    } catch (error) {
      return isAbsent(error) ? undefined : raise(error);
    }
  };
  const remove = async (path: string) => {
    try {
      await rm(path);
      return true;
    } catch (error) {
      return isAbsent(error) ? false : raise(error);
    }
  };
  return {
    list: async (box) => (await readdir(join(folder, box))).filter((file) => file.endsWith('.json')).sort(),
    read: (box, file) => readText(join(folder, box, file)),
    // Not flushed to the disk: what a power cut takes is written or measured again.
    async write(box, file, text) {
      const temporary = join(folder, box, `${file}.${process.pid}.tmp`);
      await writeFile(temporary, text);
      await rename(temporary, join(folder, box, file));
    },
    async move(from, file, to, as) {
      const target = join(folder, to, as);
      try {
        await rename(join(folder, from, file), target);
        return true;
      } catch (error) {
        if (!isAbsent(error)) throw error;
        // A server that answers a repeated request may refuse the second one: the first has done it.
        return (await stat(target).catch(() => undefined)) !== undefined;
      }
    },
    remove: (box, file) => remove(join(folder, box, file)),
    readCard: () => readText(join(folder, CARD)),
    writeCard: (text) => writeAtomically(join(folder, CARD), text),
    removeCard: async () => void (await remove(join(folder, CARD))),
  };
}

/** ESTALE: what NFS says of a file that another machine removed. */
const isAbsent = (error: unknown) => ['ENOENT', 'ESTALE'].includes(String((error as NodeJS.ErrnoException).code));

function raise(error: unknown): never {
  throw error;
}

/** How often a worker shows that it lives, and how long it may be silent before its jobs are lost. */
export interface Lease {
  readonly beatMs: number;
  readonly leaseMs: number;
}

const LEASE_SECONDS = 30;

/** From SUPERSAM_LEASE_SECONDS, for file systems and networks that are slower, or nodes that are surer, than most. */
export function leaseOf(): Lease {
  const given = Number(process.env['SUPERSAM_LEASE_SECONDS']);
  const leaseMs = 1000 * (given >= 1 && given <= 86_400 ? given : LEASE_SECONDS);
  return { leaseMs, beatMs: leaseMs / 10 };
}

/** Waits between two looks: shortly after something happened, up to `longestMs` when nothing does. */
export interface Pace {
  pause(happened: boolean, signal: AbortSignal): Promise<void>;
  /** Something happens now: the pause ends. */
  wake(): void;
}

const SHORTEST_MS = 4;

export function createPace(longestMs: number): Pace {
  let next = SHORTEST_MS;
  let end = () => {};
  let isAwake = false;
  return {
    pause(happened, signal) {
      const ms = happened || isAwake ? SHORTEST_MS : next;
      next = Math.min(ms * 2, longestMs);
      isAwake = false;
      return new Promise((resolve) => {
        end = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      });
    },
    wake() {
      isAwake = true;
      end();
    },
  };
}

import { accessSync, constants, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UsageError } from '../errors.js';
import { isSqliteFile } from '../store/sqlite-file.js';

/** What a command says of what it is about to write. */
export interface OutputClaim {
  /** Files and folders that the command reads; a name of something else, or undefined, is none. */
  readonly inputs: readonly (string | undefined)[];
  /** `--force`: whatever is there may be replaced, but never an input or a database. */
  readonly force?: boolean | undefined;
  /** Of a folder: one of these entries shows that the command began it, and goes on in it or writes it anew. */
  readonly own?: readonly string[];
  readonly option?: string;
}

export const addForceOption = (command: Command): Command =>
  command.addOption(
    new Option('--force', 'replace what --output names (never an input, never a database)').default(false, 'refuse'),
  );

/**
 * Refuses to write a file over an input of the command, a study database, or anything else that is there. Called before
 * the work, which may take an hour.
 *
 * @throws UsageError
 */
export function checkOutputFile(path: string, { inputs, force, option = '--output' }: OutputClaim): void {
  const there = checkPlace(path, inputs, option);
  if (there === undefined) return;
  if (there.isDirectory()) throw new UsageError(`${option} ${path} is a folder`, { remedy: 'name a file' });
  if (!there.isFile()) {
    throw new UsageError(`${option} ${path} is no plain file`, {
      remedy: 'name a file that is written whole or not at all',
    });
  }
  if (isDatabase(path)) {
    throw new UsageError(`${option} ${path} is a database, which no command replaces`, { remedy: 'name another file' });
  }
  if (force !== true)
    throw new UsageError(`${path} is there already`, { remedy: `name another ${option}, or add --force` });
}

/**
 * The same for a folder that the command fills: a new or an empty one, or one that it began itself.
 *
 * @throws UsageError
 */
export function checkOutputFolder(path: string, { inputs, force, own = [], option = '--output' }: OutputClaim): void {
  const there = checkPlace(path, inputs, option);
  if (there === undefined) return;
  if (!there.isDirectory()) throw new UsageError(`${option} ${path} is a file`, { remedy: 'name a folder' });
  const inside = inputs.find((input) => input !== undefined && isInside(input, there));
  if (inside !== undefined) {
    throw new UsageError(`${option} ${path} holds ${inside}, which the command reads`, {
      remedy: 'name another folder',
    });
  }
  if (force === true) return;
  const entries = readdirSync(path);
  if (entries.length === 0 || entries.some((entry) => own.includes(entry))) return;
  const way = own.length > 0 ? `another ${option}` : `another ${option}, or add --force`;
  throw new UsageError(
    `${path} is there already and holds ${entries.slice(0, 3).join(', ')}${entries.length > 3 ? ', …' : ''}`,
    {
      remedy: `name ${way}`,
    },
  );
}

/** What is at the path; undefined where nothing is and something can be made. */
function checkPlace(path: string, inputs: OutputClaim['inputs'], option: string): Stats | undefined {
  if (path.trim() === '') throw new UsageError(`${option} is empty`, { remedy: 'name a file or folder' });
  const there = statOf(path);
  if (there === undefined) {
    checkParent(dirname(resolve(path)), path, option);
    return undefined;
  }
  const same = inputs.find((input) => input !== undefined && isSame(input, there));
  if (same !== undefined) {
    throw new UsageError(`${option} ${path} is what the command reads`, { remedy: `name another ${option}` });
  }
  try {
    accessSync(path, constants.W_OK);
  } catch (cause) {
    throw new UsageError(`cannot write to ${option} ${path}: ${(cause as Error).message}`, {
      cause,
      remedy: `name another ${option}`,
    });
  }
  return there;
}

function checkParent(folder: string, path: string, option: string): void {
  const fail = (why: string): never => {
    throw new UsageError(`cannot make ${option} ${path}: ${why}`, { remedy: 'name a place in a writable folder' });
  };
  const there = statOf(folder);
  if (there === undefined) {
    if (dirname(folder) !== folder) checkParent(dirname(folder), path, option);
    return;
  }
  if (!there.isDirectory()) fail(`${folder} is a file`);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    fail(`${folder} cannot be written to`);
  }
}

/** Undefined also for what lies below a file. */
const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};

function isSame(input: string, there: Stats): boolean {
  const own = statOf(input);
  return own !== undefined && own.dev === there.dev && own.ino === there.ino;
}

/** A file that lies in the folder itself; whole folders in it are not written over. */
function isInside(input: string, folder: Stats): boolean {
  const own = statOf(input);
  return own?.isFile() === true && isSame(dirname(realpathSync(input)), folder);
}

const COMPANION = /-(wal|shm|journal)$/;

/** A database of SQLite, or one of the files that belong to it while it is in use. */
function isDatabase(path: string): boolean {
  if (COMPANION.test(basename(path))) {
    const main = path.replace(COMPANION, '');
    if (statOf(main)?.isFile() === true && isDatabase(main)) return true;
  }
  return isSqliteFile(path);
}

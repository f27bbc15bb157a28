import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StudyError } from '../errors.js';

const MAGIC = 'SQLite format 3\0';
/** Folders below a given one that are looked into. */
const DEEPEST = 4;

/**
 * The SQLite files that paths name: files as they are, folders with every `.db` below them (hidden ones and node_modules
 * left out). Whether they hold studies shows when they are read.
 *
 * @throws StudyError STUDY_STORE for a path that is not there.
 */
export function findDatabases(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there === undefined) throw new StudyError('STUDY_STORE', `there is no ${path}`, { remedy: 'check the path' });
    return there.isDirectory() ? below(path, DEEPEST) : [path];
  });
}

function below(folder: string, depth: number): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return entry.name.endsWith('.db') && isSqlite(path) ? [path] : [];
    const isOwn = entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules';
    return isOwn && depth > 0 ? below(path, depth - 1) : [];
  });
}

function isSqlite(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(MAGIC.length);
    return readSync(file, header, 0, MAGIC.length, 0) === MAGIC.length && header.toString('latin1') === MAGIC;
  } finally {
    closeSync(file);
  }
}

/** Where studies are when nobody says: this folder's own databases, and those of `results`. */
export const usualPlaces = (): string[] => [
  ...readdirSync('.')
    .filter((name) => name.endsWith('.db') && statSync(name).isFile() && isSqlite(name))
    .sort(),
  ...(existsSync('results') ? ['results'] : []),
];

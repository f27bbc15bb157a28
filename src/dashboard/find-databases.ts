import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { UsageError } from '../errors.js';

/** A study database that the page may show, and its name there. */
export interface FoundDatabase {
  /** Absolute. */
  readonly path: string;
  readonly label: string;
  /** Named itself, not found in a folder: what is wrong with it is worth saying. */
  readonly isNamed: boolean;
}

/** How far below a given folder databases are looked for: `results/quickstart/study.db` and a little more. */
const DEPTH = 4;
const SKIPPED = new Set(['node_modules', 'dist']);

/**
 * The databases that files and folders hold. Links are not followed, so nothing outside the folders is shown.
 *
 * @throws UsageError for a path where nothing is.
 */
export function findDatabases(paths: readonly string[]): FoundDatabase[] {
  const found = new Map<string, FoundDatabase>();
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      throw new UsageError(`there is no ${path}`, { remedy: 'give study databases, or folders that hold some' });
    }
    if (!stats.isDirectory()) {
      found.set(resolve(path), { path: resolve(path), label: relative('.', path) || basename(path), isNamed: true });
      continue;
    }
    for (const file of databasesIn(path)) {
      if (!found.has(resolve(file))) {
        found.set(resolve(file), { path: resolve(file), label: relative(path, file), isNamed: false });
      }
    }
  }
  return [...found.values()];
}

const databasesIn = (folder: string): string[] =>
  foldersBelow(folder).flatMap((each) =>
    entriesOf(each)
      .filter((entry) => entry.isFile() && entry.name.endsWith('.db'))
      .map(({ name }) => join(each, name)),
  );

/** The folder and those below it, in order, as deep as results lie; links, hidden folders and packages are left out. */
export function foldersBelow(folder: string, depth = DEPTH): string[] {
  const below = entriesOf(folder).filter(
    (entry) => entry.isDirectory() && depth > 0 && !entry.name.startsWith('.') && !SKIPPED.has(entry.name),
  );
  return [folder, ...below.flatMap(({ name }) => foldersBelow(join(folder, name), depth - 1))];
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // A folder that may not be read, or that went away meanwhile, shows nothing.
    return [];
  }
}

/** Names a study in addresses: it says nothing of the disk, and no address can name a file. */
export const studyId = (path: string, name: string): string =>
  createHash('sha256').update(`${path}\0${name}`).digest('base64url').slice(0, 12);

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { databasesBelow } from '../store/find-databases.js';

/** A study database that the page may show, and its name there. */
export interface FoundDatabase {
  /** Absolute. */
  readonly path: string;
  readonly label: string;
  /** Named itself, not found in a folder: what is wrong with it is worth saying. */
  readonly isNamed: boolean;
}

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
    for (const file of databasesBelow(path)) {
      if (!found.has(resolve(file))) {
        found.set(resolve(file), { path: resolve(file), label: relative(path, file), isNamed: false });
      }
    }
  }
  return [...found.values()];
}

/** Names a study in addresses: it says nothing of the disk, and no address can name a file. */
export const studyId = (path: string, name: string): string =>
  createHash('sha256').update(`${path}\0${name}`).digest('base64url').slice(0, 12);

import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isSqliteFile } from './sqlite-file.js';

/** How far below a given folder databases are looked for: `results/quickstart/study.db` and a little more. */
const DEPTH = 4;
const SKIPPED = new Set(['node_modules', 'dist']);

/**
 * The SQLite files that end in `.db` in a folder and below it, in order; links, hidden folders and packages are left out. Whether
 * they hold studies shows when they are read.
 */
export const databasesBelow = (folder: string): string[] => foldersBelow(folder).flatMap(databasesIn);

/** Those of the folder itself. */
export const databasesIn = (folder: string): string[] =>
  entriesOf(folder)
    .filter((entry) => entry.isFile() && entry.name.endsWith('.db'))
    .map(({ name }) => join(folder, name))
    .filter(isReadable);

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

/** What cannot be read is none that could be shown. */
function isReadable(path: string): boolean {
  try {
    return isSqliteFile(path);
  } catch {
    return false;
  }
}

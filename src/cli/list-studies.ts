import { existsSync, statSync } from 'node:fs';
import { StudyError, SupersamError } from '../errors.js';
import { databasesBelow, databasesIn } from '../store/find-databases.js';
import { readRecords, type StudySummary } from '../store/study-record.js';
import { note } from './terminal.js';

/** A study of one of several databases. */
export type ListedStudy = StudySummary & { readonly db: string };

/** What a search through folders finds and cannot use is said and left out; what was named is an error. */
export function listStudies(paths: readonly string[], named: ReadonlySet<string>): ListedStudy[] {
  return paths.flatMap(databasesAt).flatMap((db): ListedStudy[] => {
    try {
      using reader = readRecords(db);
      return reader.list().map((summary) => ({ db, ...summary }));
    } catch (error) {
      if (!(error instanceof SupersamError) || named.has(db)) throw error;
      note(`passed over: ${error.message}`);
      return [];
    }
  });
}

/** Where studies are when nobody says: this folder's own databases, and those of `results`. */
export const usualPlaces = (): string[] => [...databasesIn('.'), ...(existsSync('results') ? ['results'] : [])];

/** A file as it is, a folder with every database below it. */
function databasesAt(path: string): string[] {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) throw new StudyError('STUDY_STORE', `there is no ${path}`, { remedy: 'check the path' });
  return there.isDirectory() ? databasesBelow(path) : [path];
}

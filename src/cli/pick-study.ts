import type { StoredStudy, StudyReader } from '../core/store.js';
import { StudyError, UsageError } from '../errors.js';

/**
 * The study of that name, or the only one of the database.
 *
 * @throws StudyError STUDY_MISSING when there is none, UsageError when the name is needed to choose.
 */
export function pickStudy(store: StudyReader, db: string, name?: string): StoredStudy {
  const names = store.names();
  if (name === undefined && names.length > 1) {
    throw new UsageError(`${db} holds ${names.length} studies`, {
      remedy: `choose one by its name: ${names.join(', ')}`,
    });
  }
  const study = store.read(name ?? names[0] ?? '');
  if (study === undefined) {
    throw new StudyError(
      'STUDY_MISSING',
      name === undefined ? `${db} holds no study` : `${db} holds no study "${name}"`,
      {
        remedy: names.length === 0 ? 'run "supersam search" first' : `it holds: ${names.join(', ')}`,
      },
    );
  }
  return study;
}

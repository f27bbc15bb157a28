import type { Configuration } from '../core/space.js';
import type { StudyReader } from '../core/store.js';
import { StudyError } from '../errors.js';
import { pickStudy } from './pick-study.js';

/**
 * The configuration of a finished trial of the study of that name, or of the database's only one.
 *
 * @throws StudyError STUDY_TRIAL when the study has no such trial, and what `pickStudy` throws.
 */
export function readTrialConfiguration(store: StudyReader, db: string, trial: number, name?: string): Configuration {
  const study = pickStudy(store, db, name);
  const found = study.finished.find(({ number }) => number === trial);
  if (found === undefined) {
    throw new StudyError('STUDY_TRIAL', `study "${study.definition.name}" has no finished trial ${trial}`, {
      remedy: 'list them with `supersam trials`',
    });
  }
  return found.configuration;
}

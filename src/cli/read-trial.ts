import type { Configuration } from '../core/configuration.js';
import type { Store } from '../core/store.js';
import { StudyError, UsageError } from '../errors.js';

/** The configuration of a finished trial. The database may hold several studies; then `name` says which. */
export function readTrialConfiguration(store: Store, trial: number, name?: string): Configuration {
  const names = store.names();
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  const study = chosen === undefined ? undefined : store.read(chosen);
  if (study === undefined) {
    throw new UsageError(chosen === undefined ? 'the database has several studies, or none' : `no study "${chosen}"`, {
      remedy: `it has ${names.length === 0 ? 'no studies' : names.join(', ')}`,
    });
  }
  const found = study.finished.find(({ number }) => number === trial);
  if (found === undefined) {
    throw new StudyError('STUDY_TRIAL', `study "${chosen}" has no finished trial ${trial}`, {
      remedy: 'list them with `supersam trials`',
    });
  }
  return found.configuration;
}

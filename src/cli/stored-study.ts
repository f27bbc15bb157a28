import { existsSync } from 'node:fs';
import type { Configuration } from '../core/space.js';
import type { StoredStudy, StudyReader } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import { StudyError, UsageError } from '../errors.js';
import { readStudies } from '../store/sqlite.js';

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

/** What `pickStudy` finds in a file. */
export function readStudyFile(db: string, name?: string): StoredStudy {
  const store = readStudies(db);
  try {
    return pickStudy(store, db, name);
  } finally {
    store.close();
  }
}

/**
 * The configuration of a finished trial.
 *
 * @throws StudyError STUDY_TRIAL when the study has no such trial, and what `pickStudy` throws.
 */
export function readTrialConfiguration(db: string, trial: number, name?: string): Configuration {
  const study = readStudyFile(db, name);
  const found = study.finished.find(({ number }) => number === trial);
  if (found === undefined) {
    throw new StudyError('STUDY_TRIAL', `study "${study.definition.name}" has no finished trial ${trial}`, {
      remedy: 'list them with `supersam trials`',
    });
  }
  return found.configuration;
}

/** The finished trials of the study that `DB` or `DB:NAME` names. */
export function readWarmStart(spec: string): readonly FinishedTrial[] {
  const colon = spec.lastIndexOf(':');
  if (colon < 0 || existsSync(spec)) return readStudyFile(spec).finished;
  return readStudyFile(spec.slice(0, colon), spec.slice(colon + 1)).finished;
}

/**
 * What the quickest complete measurement of a stored study took, one of its repeats on the average; undefined when there
 * is none.
 *
 * @param file the database, which need not exist.
 */
export function quickestSeconds(
  file: string,
  { name, repeats = 1 }: { readonly name: string; readonly repeats?: number | undefined },
): number | undefined {
  if (!existsSync(file)) return undefined;
  const store = readStudies(file);
  try {
    const { finished = [], seconds } = store.read(name) ?? {};
    const taken = finished.flatMap(({ state, number }) =>
      state === 'complete' ? [(seconds?.get(number) ?? Infinity) / repeats] : [],
    );
    const least = Math.min(...taken);
    return Number.isFinite(least) && least > 0 ? least : undefined;
  } finally {
    store.close();
  }
}

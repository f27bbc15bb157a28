import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { didYouMean } from '../base/did-you-mean.js';
import type { Configuration } from '../core/space.js';
import type { StoredStudy } from '../core/store.js';
import { StudyError, UsageError } from '../errors.js';
import { readStudies } from '../store/sqlite.js';
import { readRecords, type StudyRecord } from '../store/study-record.js';
import { originOf } from '../study/origin.js';
import type { FoundTrial } from '../supernet/model/provenance.js';

/** `DB` or `DB:STUDY` as a path and, where it says one, a name; `--study` says it, too. */
export function splitStudy(spec: string, study?: string): { readonly path: string; readonly name?: string } {
  const colon = spec.lastIndexOf(':');
  if (colon < 1 || existsSync(spec)) return study === undefined ? { path: spec } : { path: spec, name: study };
  return { path: spec.slice(0, colon), name: study ?? spec.slice(colon + 1) };
}

/** The argument of every command that asks a study. */
export const addStudyArgument = (command: Command): Command =>
  command
    .argument('<db[:study]>', 'study database; the study is needed where it holds several')
    .option('--study <name>', 'the study, said apart');

/** What `addStudyArgument` names, with everything kept beside its trials. */
export function readStudyRecord(spec: string, study?: string): { readonly path: string; readonly record: StudyRecord } {
  const { path, name } = splitStudy(spec, study);
  const reader = readRecords(path);
  try {
    const names = () => reader.list().map((summary) => summary.name);
    return { path, record: pickStudy({ names, read: reader.read }, path, name) };
  } finally {
    reader.close();
  }
}

/**
 * The study of that name, or the only one of the database.
 *
 * @throws StudyError STUDY_MISSING when there is none, UsageError when the name is needed to choose.
 */
export function pickStudy<Study>(
  store: { names(): string[]; read(name: string): Study | undefined },
  db: string,
  name?: string,
): Study {
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
      name === undefined ? `${db} holds no study` : `${db} holds no study "${name}".${didYouMean(name, names)}`,
      {
        remedy: names.length === 0 ? 'run "supersam search" first' : `it holds: ${names.join(', ')}`,
      },
    );
  }
  return study;
}

/** The study that `DB` or `DB:STUDY`, and the name, choose. */
export function readStudyFile(spec: string, study?: string): StoredStudy {
  const { path, name } = splitStudy(spec, study);
  const store = readStudies(path);
  try {
    return pickStudy(store, path, name);
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

/** Where a finished trial comes from, as a model made of it says. @throws as `readTrialConfiguration`. */
export function readTrialOrigin(db: string, trial: number, name?: string): FoundTrial {
  const { definition, finished } = readStudyFile(db, name);
  const metrics = finished.find(({ number }) => number === trial)?.metrics;
  return { ...originOf(definition), trial, ...(metrics ? { metrics } : {}) } as FoundTrial;
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

import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { hashFile } from '../base/files.js';
import type { StoredStudy } from '../core/store.js';
import { StudyError, UsageError } from '../errors.js';
import { foldersBelow } from '../store/find-databases.js';
import { readStudies } from '../store/sqlite.js';
import { originOf } from '../study/origin.js';
import type { FoundTrial } from '../supernet/model/provenance.js';
import type { Extraction } from './protocol.js';

/** Where a study lies. */
export interface Place {
  readonly path: string;
  readonly name: string;
}

const hashes = new Map<string, Promise<string>>();

/**
 * The supernet whose subnets a study measured: the model below the database's folder with the weights that the study
 * names. Undefined where it is not there, and for a study of something else.
 */
export async function findSupernet({ path }: Place, study: StoredStudy): Promise<string | undefined> {
  const wanted = study.definition.oracle.fingerprint['weights'];
  if (study.definition.oracle.name !== 'supernet' || typeof wanted !== 'string') return undefined;
  for (const folder of foldersBelow(dirname(path))) {
    const weights = join(folder, 'weights.safetensors');
    const stats = statSync(weights, { throwIfNoEntry: false });
    if (stats === undefined || !existsSync(join(folder, 'network.json'))) continue;
    const key = `${weights} ${stats.mtimeMs} ${stats.size}`;
    const hash = hashes.get(key) ?? hashFile(weights);
    hashes.set(key, hash);
    if ((await hash) === wanted) return folder;
  }
  return undefined;
}

export function readStudy({ path, name }: Place): StoredStudy {
  using reader = readStudies(path);
  const study = reader.read(name);
  if (study === undefined)
    throw new StudyError('STUDY_MISSING', `${path} holds no study "${name}"`, {
      remedy: 'supersam show lists its studies',
    });
  return study;
}

/** `models/STUDY-trial-N` beside the database, whatever characters the study's name has. */
const outputOf = ({ path, name }: Place, trial: number): string =>
  join(dirname(path), 'models', `${name.replaceAll(/[^\w-]+/g, '-')}-trial-${trial}`);

/** Whether a trial's subnet can be written from here, and where it would go. */
export async function planExtraction(place: Place, trial: number): Promise<Extraction> {
  const supernet = await findSupernet(place, readStudy(place));
  const output = outputOf(place, trial);
  return {
    supernet: supernet === undefined ? null : relative('.', supernet),
    output: relative('.', output),
    isThere: existsSync(output),
  };
}

/**
 * Writes a trial's subnet as a model of its own, as `supersam extract` does.
 *
 * @throws UsageError where the supernet is not there or the folder is; StudyError STUDY_TRIAL for no complete trial.
 */
export async function extractTrial(place: Place, trial: number): Promise<Extraction> {
  const study = readStudy(place);
  const supernet = await findSupernet(place, study);
  if (supernet === undefined) {
    throw new UsageError('the supernet of this study is not below the folder of its database', {
      remedy: 'use supersam extract --model FOLDER',
    });
  }
  const output = outputOf(place, trial);
  if (existsSync(output))
    throw new UsageError(`${relative('.', output)} is there already`, { remedy: 'use that one, or move it away' });
  const found = study.finished.find(({ number }) => number === trial);
  if (found === undefined || found.metrics === null) {
    throw new StudyError('STUDY_TRIAL', `study "${place.name}" has no complete trial ${trial}`, {
      remedy: 'choose one that has a result',
    });
  }
  const { extract } = await import('../supernet/chain/extract.js');
  const from = (path: string) => relative(output, path);
  await extract(supernet, found.configuration, {
    output,
    origin: {
      trial: { ...originOf(study.definition), trial, metrics: found.metrics } as FoundTrial,
      files: { supernet: from(supernet), study: from(place.path) },
    },
  });
  return { supernet: relative('.', supernet), output: relative('.', output), isThere: true };
}

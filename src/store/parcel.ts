import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { StudyDefinition, StudyHistory } from '../core/store.js';
import { StudyError } from '../errors.js';
import { copyStudy, deleteStudy } from './edit-studies.js';
import { readHistory } from './history.js';
import { checkRecord } from './seal.js';

/** Longer studies are refused before they fill the memory. */
const LONGEST_BYTES = 2 ** 30;

const SEND_AGAIN = 'run the same command again; where it happens again, see that the workers have the same supersam';

/** A study of a database as a text that can be sent: a database of its own, packed. */
export function packStudy(path: string, name: string): string {
  return inFolder((copy) => {
    copyStudy({ path, name }, { path: copy, name });
    return packDatabase(copy);
  });
}

/** A closed database as such a text. */
export const packDatabase = (path: string): string => gzipSync(readFileSync(path)).toString('base64');

/**
 * Writes a text of `packStudy` as a database.
 *
 * @throws StudyError STUDY_PARCEL for what is none.
 */
export function unpackDatabase(text: string, path: string): void {
  let content: Buffer;
  try {
    content = gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: LONGEST_BYTES });
  } catch (cause) {
    throw new StudyError('STUDY_PARCEL', 'what was sent is no packed study', { remedy: SEND_AGAIN, cause });
  }
  writeFileSync(path, content);
}

/**
 * Puts a study that was sent into a database, in the place of an earlier state of it.
 *
 * @param check throws when it is not the study that was asked for; nothing is changed then.
 * @throws StudyError STUDY_PARCEL for what is no such study or was changed on its way, STUDY_BUSY when a living process
 *   writes to the one that is there.
 */
export function receiveStudy(
  text: string,
  { path, name }: { readonly path: string; readonly name: string },
  check: (definition: StudyDefinition) => void,
): StudyHistory {
  return inFolder((copy) => {
    unpackDatabase(text, copy);
    const history = readSent(copy, name);
    check(history.definition);
    if (readHistory(path, name) !== undefined) deleteStudy(path, name);
    copyStudy({ path: copy, name }, { path, name });
    return history;
  });
}

function readSent(copy: string, name: string): StudyHistory {
  let history: StudyHistory | undefined;
  try {
    history = readHistory(copy, name);
  } catch (cause) {
    throw new StudyError('STUDY_PARCEL', `what was sent for study "${name}" cannot be read`, {
      remedy: SEND_AGAIN,
      cause,
    });
  }
  if (history === undefined)
    throw new StudyError('STUDY_PARCEL', `what was sent is not study "${name}"`, { remedy: SEND_AGAIN });
  const [fault] = checkRecord(history).faults;
  if (fault === undefined) return history;
  throw new StudyError('STUDY_PARCEL', `study "${name}" was changed on its way: ${fault.what}`, {
    remedy: SEND_AGAIN,
  });
}

function inFolder<T>(work: (database: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-parcel-'));
  try {
    return work(join(folder, 'study.db'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

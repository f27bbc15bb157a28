import { StudyError } from '../errors.js';

const REMEDIES: { readonly [code: string]: readonly [what: string, remedy: string] } = {
  SQLITE_FULL: ['the disk is full', 'free some space and run the same command with --resume'],
  SQLITE_IOERR: ['the disk cannot be read or written', 'check the disk and run the same command with --resume'],
  SQLITE_READONLY: ['it is read-only', 'make the file and its folder writable'],
  SQLITE_CANTOPEN: ['it cannot be opened', 'check that the folder exists and is writable'],
  SQLITE_NOTADB: ['it is not a SQLite database', 'give another --study file'],
  SQLITE_CORRUPT: ['it is damaged', 'restore it from a copy, or give another --study file'],
  SQLITE_BUSY: ['another process keeps it locked', 'wait for that process to end'],
};

/** Runs `work`; what SQLite says of the disk or the file becomes one clear `StudyError` (STUDY_STORE). */
export function withStoreErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = String((cause as { code?: unknown }).code ?? '');
    const known = Object.entries(REMEDIES).find(([prefix]) => code.startsWith(prefix));
    if (known === undefined) throw cause;
    const [what, remedy] = known[1];
    throw new StudyError('STUDY_STORE', `cannot use the study database ${path}: ${what}; what was stored is safe`, {
      remedy,
      cause,
    });
  }
}

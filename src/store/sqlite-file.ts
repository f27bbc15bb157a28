import { closeSync, openSync, readSync } from 'node:fs';

const MAGIC = 'SQLite format 3\0';

/** Whether bytes are the beginning of a SQLite database. */
export const isSqlite = (head: Buffer): boolean => head.toString('latin1', 0, MAGIC.length) === MAGIC;

/** The same of a file, of whatever program; it loads no SQLite. Throws what opening the file throws. */
export function isSqliteFile(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(MAGIC.length);
    readSync(file, head, 0, head.length, 0);
    return isSqlite(head);
  } finally {
    closeSync(file);
  }
}

import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ModelError } from '../errors.js';

/**
 * Writes a file under a temporary name beside it, flushes it and renames it, so that a kill or a full disk leaves
 * either the old file or the new one. Makes the folder. Throws `ModelError` (MODEL_WRITE); the old file then stays.
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    throw new ModelError(
      'MODEL_WRITE',
      `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        remedy:
          code === 'ENOSPC' ? 'free some space on this disk and run the command again' : 'choose a writable folder',
      },
    );
  }
}

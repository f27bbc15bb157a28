import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ModelError, SupersamError } from '../errors.js';

/**
 * Writes a file under a temporary name beside it, flushes it and renames it, so that a kill or a full disk leaves
 * either the old file or the new one. Content may come in pieces, so that it need not fit into memory. Makes the folder. Throws `ModelError` (MODEL_WRITE); the old file then stays.
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await makeFolder(dirname(path));
    const file = await open(temporary, 'w');
    try {
      if (typeof content === 'string' || content instanceof Uint8Array) await file.writeFile(content);
      else await writePieces(file, content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    // What the content itself refuses is not a fault of the disk.
    if (cause instanceof SupersamError) throw cause;
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

async function writePieces(file: FileHandle, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
  }
}

/**
 * Makes a folder and those above it, as `mkdir -p` does; fine when it is there. Node's own recursive mkdir tries for ever
 * where nothing can be made in a folder that is there (/proc).
 */
export async function makeFolder(path: string): Promise<void> {
  const make = () =>
    mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await make();
  }
}

/** Whether the path leads to a regular file. */
export const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** sha256 of a file of any size, as hexadecimal digits. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** The text of a file, without the byte order mark that some editors and spreadsheets put before it; UTF-8 or UTF-16. */
export const readText = async (path: string): Promise<string> => decodeText(await readFile(path));

/** The text of bytes, likewise. Throws a `TypeError` for what is no text, where letters would be lost without a word. */
export function decodeText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TypeError(`it is no text in ${encoding.toUpperCase()}; save it as UTF-8`, { cause });
  }
}

/** As the byte order mark says that stands before a text. */
export function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

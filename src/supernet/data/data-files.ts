import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, parse, posix, win32 } from 'node:path';
import { decodeText, encodingOf, isFile } from '../../base/files.js';
import { parseJson, parsePythonJson, RepeatedKeyError } from '../../base/parse-json.js';
import { jsonOfPython } from '../../base/python-literal.js';
import { DataError } from '../../errors.js';

const IMAGES = /\.(png|jpe?g|jfif|jpe|tiff?|webp)$/i;
/** Pictures that people bring and the library cannot read. */
const OTHER_IMAGES = /\.(bmp|gif|tga|psd|svg|hei[cf]|avif|jp2|jxl|dcm|nii|exr|dng|cr2|nef|arw|npy|ppm|pgm)$/i;

export const isImageFile = (file: string): boolean => IMAGES.test(file);
export const isOtherImageFile = (file: string): boolean => OTHER_IMAGES.test(file);

/** A path without its ending, which names the image. */
export const imageName = (path: string): string => path.slice(0, path.length - parse(path).ext.length);

/** Names in a folder, sorted; none for a folder that cannot be read. */
export const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).filter(isOwn).sort();

/** What a Mac puts beside a file, under its name, on disks and in archives of others. */
const isOwn = (path: string): boolean => !posix.basename(path).startsWith('._') && posix.basename(path) !== '__MACOSX';

/** The folder itself, `.`, and the folders in it, sorted. */
export async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inside = entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .filter(isOwn);
  return ['.', ...inside.sort()];
}

/** Those of a folder's parts in which all of these lie. */
export async function partsHolding(
  folder: string,
  parts: readonly string[],
  names: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const part of parts) {
    const inside = await filesIn(join(folder, part));
    if (names.every((name) => inside.includes(name))) found.push(part);
  }
  return found;
}

/** Paths of everything in a folder and the folders inside it, with `/` between, sorted. */
export async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries
    .map((path) => path.replaceAll(win32.sep, posix.sep))
    .filter(isOwn)
    .sort();
}

/** The same, walked when it is first asked for, and once. */
export function walkOnce(folder: string): () => Promise<readonly string[]> {
  let files: Promise<readonly string[]> | undefined;
  return () => {
    files ??= filesUnder(folder);
    return files;
  };
}

/**
 * A path that a file of the data set names, with `/` between, inside the data set's folder: paths of Windows are read on
 * any system. A link in the folder is its owner's own.
 * @throws DataError (DATA_OUTSIDE) for an absolute path or one that leaves the folder
 */
export function pathInside(named: string, by: string): string {
  const path = posix.normalize(named.replaceAll('\\', '/'));
  if (!named.includes('\0') && !isAbsolute(path) && !win32.isAbsolute(named) && !/^(\.\.(\/|$)|[a-z]:)/i.test(path)) {
    return path;
  }
  throw new DataError('DATA_OUTSIDE', `${by} names "${named}", which is not inside the data set's folder`, {
    remedy: 'put the file into the folder and name it by its path there',
  });
}

/**
 * Devices and pipes never end, and folders are no files.
 * @throws DataError (DATA_MISSING) for what is not there, or is no file
 */
export async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw missing(`${path} cannot be read`, cause);
  });
  if (!found.isFile()) throw missing(`${path} is no regular file`);
}

/** Throws `DataError` for a data set's folder that is not there, or is no folder. */
export async function requireFolder(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new DataError('DATA_MISSING', `there is no folder ${path}`, { remedy: 'check the path', cause });
  });
  if (found.isDirectory()) return;
  throw new DataError('DATA_FORMAT', `${path} is a file`, { remedy: 'give the folder of the data set, unpacked' });
}

/** A name without the escapes of addresses, `my%20image.png`. */
export function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The files' sha256, one after another. Throws `DataError` naming the file that cannot be read. */
export async function digestFiles(paths: readonly string[]): Promise<Uint8Array> {
  const digests: Uint8Array[] = [];
  for (const path of paths) {
    const own = createHash('sha256');
    for await (const chunk of chunksOf(path)) own.update(chunk);
    digests.push(own.digest());
  }
  return Buffer.concat(digests);
}

/** The sha256 of a picture and of what another file says of it. Throws `DataError` naming a picture that cannot be read. */
export async function digestWith(picture: string, said: readonly (string | Uint8Array)[]): Promise<Uint8Array> {
  const hash = createHash('sha256').update(await digestFiles([picture]));
  for (const part of said) hash.update(part);
  return hash.digest();
}

/** A file of any size, piece by piece. Throws `DataError` for one that cannot be read. */
export async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  await requireFile(path);
  try {
    yield* createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw missing(`${path} cannot be read`, cause);
  }
}

/** Bytes of a file from `start` to before `end`. */
export async function readBytes(path: string, start: number, end: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** As much of a file as tells what kind of file it is; nothing of what is no file. */
export async function beginning(path: string): Promise<string> {
  if (!(await isFile(path))) return '';
  const bytes = await readBytes(path, 0, 2 ** 16);
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** The largest text that is held in memory: no image's annotations and no list of images is near it. */
const TEXT_BYTES = 2 ** 26;

/** A small text file of a data set. Throws an `Error` for a file that is no file or too large. */
export async function readBoundedText(path: string): Promise<string> {
  const found = await stat(path);
  if (!found.isFile()) throw new Error('it is no regular file');
  if (found.size > TEXT_BYTES) throw new Error(`it has ${found.size} bytes, more than are read at once`);
  return decodeText(await readFile(path));
}

/** A small JSON file of a data set. Throws what `readBoundedText` and `parseDataJson` throw. */
export const readJson = async (path: string): Promise<unknown> => parseDataJson(await readBoundedText(path));

/**
 * JSON as Python writes it: a byte order mark is passed over, NaN and Infinity are null; else a dictionary or list as Python
 * shows it, as tables and scripts keep it that write a value where its JSON was meant.
 * @throws SyntaxError for what is neither
 */
export function parseDataJson(text: string): unknown {
  const own = text.replace(/^\uFEFF/, '');
  try {
    return parsePythonJson(own, () => 'null');
  } catch (error) {
    if (error instanceof RepeatedKeyError || !PYTHONS.test(own)) throw error;
    return parseJson(asJson(own, error as Error));
  }
}

/** What begins as Python's does: a key or text in its quotes, a tuple, a name. */
const PYTHONS =
  /^\s*[[({]\s*(?:'|[({]\s*'|\(|np\.|array|None|True|False|"(?:[^"\\]|\\.)*"\s*:\s*(?:'|\(|None|True|False))/;

function asJson(text: string, error: Error): string {
  try {
    return jsonOfPython(text);
  } catch {
    throw error;
  }
}

/** The lines of a text, whichever system ended them. */
export const linesOf = (text: string): readonly string[] => text.split(/\r\n?|\n/);

export const missing = (message: string, cause?: unknown): DataError =>
  new DataError('DATA_MISSING', message, {
    remedy: 'put the file there or take the image out of the data set',
    ...(cause === undefined ? {} : { cause }),
  });

/** A file without what belongs to it. */
export const unpaired = (path: string, what: string, remedy: string): DataError =>
  new DataError('DATA_UNPAIRED', `${path} ${what}`, { remedy: `${remedy} or take the file out` });

/** One of two files that go by one name. */
export const withoutOther = (path: string, other: string): DataError =>
  unpaired(path, `has no ${other} of the same name`, `add the ${other}`);

/** A picture in a format that nothing here reads. */
export const unreadKind = (path: string): DataError =>
  new DataError('DATA_UNREADABLE', `${path} is of a kind that is not read`, {
    remedy: 'save it as PNG, JPEG, TIFF or WebP',
  });

import { inflateRawSync } from 'node:zlib';
import { jsonOfPython } from '../../base/python-literal.js';
import { DataError, ModelError } from '../../errors.js';
import { openRandomAccess, type RandomAccess } from '../formats/tensor-file.js';
import { readZipEntries, type ZipEntry } from '../formats/zip-entries.js';
import { requireFile } from './data-files.js';

export const isArrayFile = (file: string): boolean => /\.np[yz]$/i.test(file);

/** Numbers as NumPy keeps them. */
export interface NumberArray {
  readonly shape: readonly number[];
  /** By how many numbers two neighbours along each axis lie apart. */
  readonly strides: readonly number[];
  /** The number at a place, strides counted. */
  at(place: number): number;
}

/** Masks of an image are far below. */
const ARRAY_BYTES = 2 ** 30;

/**
 * Reads the array of a `.npy`, or the one of an `.npz`. Objects of Python's, which would have to be run, are refused.
 * @throws DataError (DATA_UNREADABLE) for what is none, is cut off, or holds no numbers, and for several arrays
 */
export async function readArray(path: string): Promise<NumberArray> {
  await requireFile(path);
  const file = await openRandomAccess(path);
  try {
    const start = Buffer.from(await file.read(0, Math.min(4, file.size))).toString('latin1');
    if (start === 'PK\x03\x04') return parseArray(await onlyEntry(file, path), path);
    if (file.size > ARRAY_BYTES) throw noArray(path, `has ${file.size} bytes, more than masks of an image`);
    return parseArray(await file.read(0, file.size), path);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw noArray(path, `cannot be read: ${error.message}`, error);
  } finally {
    await file.close();
  }
}

/** The bytes of the only array of an archive, or of the one that is called after masks. */
async function onlyEntry(file: RandomAccess, path: string): Promise<Uint8Array> {
  const entries = [...(await readZipEntries(file))];
  const named = entries.filter(([name]) => /^(?:masks?|labels?|instances?)\.npy$/i.test(name));
  const [found, ...others] = named.length === 1 ? named : entries;
  if (found === undefined) throw noArray(path, 'holds no array');
  if (others.length > 0) {
    const names = entries.map(([name]) => name.replace(/\.npy$/, ''));
    throw noArray(
      path,
      `holds ${entries.length} arrays (${names.slice(0, 5).join(', ')}), of which none is called masks`,
    );
  }
  return unpack(file, found[1], path);
}

async function unpack(file: RandomAccess, { offset, stored, size, plain, deflated }: ZipEntry, path: string) {
  if (size > ARRAY_BYTES) throw noArray(path, `holds ${size} bytes, more than masks of an image`);
  const bytes = await file.read(offset, stored);
  if (plain) return bytes;
  if (!deflated) throw noArray(path, 'is packed in a way that is not read');
  try {
    return inflateRawSync(bytes, { maxOutputLength: size });
  } catch (cause) {
    throw noArray(path, 'cannot be unpacked', cause);
  }
}

type ReadNumber = (view: DataView, at: number, little: boolean) => number;

/** NumPy's kinds of number, by their letter and bytes. */
const NUMBERS: { readonly [kind: string]: ReadNumber } = {
  b1: (view, at) => view.getUint8(at),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/** `\x93NUMPY`, the version, the length of the header, a dictionary of Python's, and the numbers. */
function parseArray(bytes: Uint8Array, path: string): NumberArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== '\x93NUMPY') {
    throw noArray(path, 'is no array of NumPy');
  }
  const isOld = bytes[6] === 1;
  const start = (isOld ? 10 : 12) + (isOld ? view.getUint16(8, true) : view.getUint32(8, true));
  const { descr, fortran_order: isColumns, shape } = headerOf(bytes.subarray(isOld ? 10 : 12, start), path);
  const [, order, kind] = typeof descr === 'string' ? (/^([<>|=])(\w+)$/.exec(descr) ?? []) : [];
  if (kind === 'O') throw noArray(path, "holds objects of Python's (as Cellpose's _seg.npy does), which are not read");
  const read = Object.hasOwn(NUMBERS, kind ?? '') ? NUMBERS[kind as string] : undefined;
  if (read === undefined) throw noArray(path, `holds no numbers but ${JSON.stringify(descr)}`);
  if (!Array.isArray(shape) || !shape.every((side) => Number.isSafeInteger(side) && side >= 0)) {
    throw noArray(path, 'does not say its shape');
  }
  const sides: readonly number[] = shape;
  const width = Number(kind?.slice(1));
  const count = sides.reduce((product, side) => product * side, 1);
  if (start + count * width !== bytes.length) {
    throw noArray(path, `has ${bytes.length - start} bytes, not those of ${sides.join(' x ')} numbers`);
  }
  const little = order !== '>';
  return {
    shape: sides,
    strides: stridesOf(sides, isColumns === true),
    at: (place) => read(view, start + place * width, little),
  };
}

function headerOf(bytes: Uint8Array, path: string): { readonly [member: string]: unknown } {
  try {
    return JSON.parse(jsonOfPython(Buffer.from(bytes).toString('latin1'))) as { readonly [member: string]: unknown };
  } catch (cause) {
    throw noArray(path, 'has a broken header', cause);
  }
}

function stridesOf(shape: readonly number[], isColumns: boolean): readonly number[] {
  const strides: number[] = [];
  let step = 1;
  for (const side of isColumns ? shape : shape.toReversed()) {
    strides.push(step);
    step *= side;
  }
  return isColumns ? strides : strides.reverse();
}

const noArray = (path: string, what: string, cause?: unknown): DataError =>
  new DataError('DATA_UNREADABLE', `${path} ${what}`, {
    remedy: 'save one array with numpy.save: labels [height, width], or a mask an object [objects, height, width]',
    ...(cause === undefined ? {} : { cause }),
  });

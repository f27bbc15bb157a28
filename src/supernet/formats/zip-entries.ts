import { ModelError } from '../../errors.js';
import type { RandomAccess } from './tensor-file.js';

/** Where the bytes of an entry lie in the file. */
export interface ZipEntry {
  readonly offset: number;
  /** Bytes in the file, and unpacked. */
  readonly stored: number;
  readonly size: number;
  /** Packed as zip programs do (DEFLATE), and not encrypted. */
  readonly deflated: boolean;
  /** Neither compressed nor encrypted, as is all that PyTorch saves. */
  readonly plain: boolean;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const END_BYTES = 22;
/** The end record may be followed by a comment of at most 65535 bytes. */
const TAIL_BYTES = END_BYTES + 0xffff;
/** A directory of a hundred thousand tensors is a tenth of this. */
const DIRECTORY_LIMIT = 2 ** 26;
const FULL32 = 0xffffffff;

/**
 * The entries of a zip archive, zip64 included (APPNOTE.TXT 6.3, sections 4.3 and 4.5.3). Reads the directory and the
 * entries' own headers, not their data.
 * @throws ModelError for a name that comes twice and for what is broken or cut off
 */
export async function readZipEntries(file: RandomAccess): Promise<ReadonlyMap<string, ZipEntry>> {
  const { offset, size, count } = await locateDirectory(file);
  if (size > DIRECTORY_LIMIT) throw refuse(`${file.path}: its zip directory of ${size} bytes is too large`);
  const directory = dataView(await file.read(offset, size));
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || directory.getUint32(at, true) !== CENTRAL) throw broken(file);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => directory.getUint16(at + field, true));
    const next = at + 46 + (nameBytes as number) + (extraBytes as number) + (commentBytes as number);
    if (next > size) throw broken(file);
    const name = Buffer.from(directory.buffer, directory.byteOffset + at + 46, nameBytes).toString('utf8');
    if (entries.has(name)) throw refuse(`${file.path} has two entries "${name}"`);
    entries.set(name, await locateEntry(file, directory, at));
    at = next;
  }
  return entries;
}

async function locateDirectory(file: RandomAccess): Promise<{ offset: number; size: number; count: number }> {
  const start = Math.max(0, file.size - TAIL_BYTES);
  const tail = dataView(await file.read(start, file.size - start));
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END || at + END_BYTES + tail.getUint16(at + 20, true) !== tail.byteLength)
      continue;
    const end = {
      count: tail.getUint16(at + 10, true),
      size: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    if (end.count !== 0xffff && end.size !== FULL32 && end.offset !== FULL32) return end;
    if (at < 20 || tail.getUint32(at - 20, true) !== END64_LOCATOR) throw broken(file);
    const record = dataView(await file.read(u64(tail, at - 20 + 8), 56));
    if (record.getUint32(0, true) !== END64) throw broken(file);
    return { count: u64(record, 32), size: u64(record, 40), offset: u64(record, 48) };
  }
  throw broken(file);
}

async function locateEntry(file: RandomAccess, directory: DataView, at: number): Promise<ZipEntry> {
  const [flags, method] = [directory.getUint16(at + 8, true), directory.getUint16(at + 10, true)];
  const wide = zip64Fields(directory, at);
  const size = wide(directory.getUint32(at + 24, true));
  const stored = wide(directory.getUint32(at + 20, true));
  const header = wide(directory.getUint32(at + 42, true));
  const local = dataView(await file.read(header, 30));
  if (local.getUint32(0, true) !== LOCAL) throw broken(file);
  const isOpen = (flags & 1) === 0;
  const plain = method === 0 && isOpen && stored === size;
  const offset = header + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (offset + stored > file.size) throw broken(file);
  return { offset, stored, size, plain, deflated: method === 8 && isOpen };
}

/** A 32-bit field that is full stands in the zip64 extra field, in the order size, stored size, header. */
function zip64Fields(directory: DataView, at: number): (field: number) => number {
  const start = at + 46 + directory.getUint16(at + 28, true);
  const end = start + directory.getUint16(at + 30, true);
  let next = end;
  let last = end;
  for (let extra = start; extra + 4 <= end; extra += 4 + directory.getUint16(extra + 2, true)) {
    if (directory.getUint16(extra, true) !== 1) continue;
    next = extra + 4;
    last = Math.min(end, next + directory.getUint16(extra + 2, true));
    break;
  }
  return (field) => {
    if (field !== FULL32) return field;
    if (next + 8 > last) throw refuse('the zip directory is cut off within a zip64 field');
    next += 8;
    return u64(directory, next - 8);
  };
}

const u64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

const dataView = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const broken = (file: RandomAccess) => refuse(`${file.path} is a zip archive that is broken or cut off`);

const refuse = (message: string) =>
  new ModelError('MODEL_CHECKPOINT', message, { remedy: 'copy or download the file again' });

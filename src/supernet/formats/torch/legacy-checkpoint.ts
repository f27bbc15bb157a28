import type { RandomAccess } from '../tensor-file.js';
import { isKind, kindOfValue, type PickleValue, refuse } from './pickle-value.js';
import type { StorageBytes } from './torch-checkpoint.js';
import { unpickle } from './unpickle.js';
import { PICKLE_LIMIT } from './zip-checkpoint.js';

/** The number that a file of the old format begins with, itself a pickle. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/**
 * What `torch.save` wrote before PyTorch 1.6: pickles of a magic number, a protocol number, facts about the machine, the
 * object and the list of storage keys, then every storage as its number of elements (8 bytes) and its bytes.
 */
export async function readLegacyCheckpoint(
  file: RandomAccess,
): Promise<{ readonly value: PickleValue; readonly storage: StorageBytes }> {
  const head = await file.read(0, Math.min(file.size, PICKLE_LIMIT));
  let end = 0;
  if (head[0] !== 0x80) throw refuse(`${file.path} is no checkpoint of torch.save: it begins as nothing that is known`);
  const next = () => {
    const pickled = unpickle(head, end);
    end = pickled.end;
    return pickled.value;
  };
  const first = next();
  if (first !== MAGIC) {
    throw refuse(`${file.path} is no checkpoint of torch.save but another pickle, which holds ${kindOfValue(first)}`);
  }
  if (next() !== PROTOCOL) throw refuse(`${file.path} has an unknown version of the old checkpoint format`);
  const system = next();
  if (!isKind(system, 'dict') || system.entries.get('little_endian') !== true) {
    throw refuse(`${file.path} was written on a big-endian machine`);
  }
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) throw refuse(`${file.path} has no list of storages`);
  const places = await locateStorages(file, keys, elementSizes(value), end);
  return { value, storage: ({ key }) => places.get(key) };
}

/** Bytes an element of each storage, which the file says only where the object uses the storage. */
function elementSizes(value: PickleValue): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  // A set is walked in the order of insertion, the members found on the way included, and a cycle only once.
  const found = new Set<PickleValue>([value]);
  for (const item of found) {
    if (isKind(item, 'tensor')) sizes.set(item.storage.key, item.storage.type.bytes);
    else if (isKind(item, 'storage')) sizes.set(item.key, item.type.bytes);
    for (const member of members(item)) found.add(member);
  }
  return sizes;
}

function members(value: PickleValue): Iterable<PickleValue> {
  if (isKind(value, 'dict')) return value.entries.values();
  if (isKind(value, 'tuple')) return value.items;
  if (isKind(value, 'object')) return value.members;
  return Array.isArray(value) ? value : [];
}

async function locateStorages(
  file: RandomAccess,
  keys: readonly PickleValue[],
  sizes: ReadonlyMap<string, number>,
  start: number,
): Promise<ReadonlyMap<string, { offset: number; size: number }>> {
  const places = new Map<string, { offset: number; size: number }>();
  let offset = start;
  for (const key of keys) {
    const bytes = typeof key === 'string' ? sizes.get(key) : undefined;
    if (typeof key !== 'string' || bytes === undefined) throw refuse(`${file.path} has a storage that no tensor uses`);
    const count = new DataView((await file.read(offset, 8)).buffer).getBigInt64(0, true);
    const size = Number(count) * bytes;
    if (count < 0n || offset + 8 + size > file.size) throw refuse(`${file.path} is cut off within its storage ${key}`);
    places.set(key, { offset: offset + 8, size });
    offset += 8 + size;
  }
  return places;
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { writeAtomically } from '../../base/files.js';
import { parseJson } from '../../base/parse-json.js';
import { whatIsWrong } from '../../base/schema-issues.js';
import { ModelError } from '../../errors.js';
import { decodeElements, dtypes, type ElementType, elementType } from './element-types.js';
import { openRandomAccess, type StoredTensor, type StoredTensors, type TensorFile } from './tensor-file.js';

/** Tensors under their original PyTorch names, float32, row-major. */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** Reads a safetensors file; tensors of any number type become float32. Throws `ModelError` naming the broken tensor. */
export async function readSafetensors(path: string): Promise<Weights> {
  const file = await openSafetensors(path);
  try {
    const weights = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const [name, tensor] of file.tensors) weights.set(name, { shape: tensor.shape, data: await tensor.read() });
    return weights;
  } finally {
    await file.close();
  }
}

/** Opens a safetensors file of any size; its tensors are read one by one. Throws `ModelError` naming the broken tensor. */
export async function openSafetensors(path: string): Promise<TensorFile> {
  const file = await openRandomAccess(path);
  try {
    if (file.size < 8) throw broken(`${path} is no safetensors file: it has ${file.size} bytes`);
    const length = headerLength(await file.read(0, 8));
    if (length > HEADER_LIMIT || 8 + length > file.size) throw broken(cutHeader(path));
    const header = readHeader(await file.read(0, 8 + length), path);
    const tensors = new Map<string, StoredTensor>();
    for (const { name, type, shape, begin, end } of tensorPlaces(header, file.size, path)) {
      const read = async () => decodeElements(await file.read(begin, end - begin), type);
      tensors.set(name, { shape, dtype: type.dtype, read });
    }
    return { tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Writes float32 tensors, atomically. */
export const writeSafetensors = (path: string, weights: Weights): Promise<void> =>
  writeAtomically(path, encodeSafetensors(weights));

/** Little-endian: 8 bytes of header length, a JSON header, then the tensors' bytes without gaps. */
export function decodeSafetensors(bytes: Uint8Array, label = 'safetensors file'): Weights {
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const { name, type, shape, begin, end } of tensorPlaces(readHeader(bytes, label), bytes.byteLength, label)) {
    // A copy, since the elements need not be aligned in the file.
    tensors.set(name, { shape, data: decodeElements(new Uint8Array(bytes.subarray(begin, end)), type) });
  }
  return tensors;
}

interface TensorPlace {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Bytes of the file. */
  readonly begin: number;
  readonly end: number;
}

function tensorPlaces(header: ReturnType<typeof readHeader>, fileBytes: number, label: string): TensorPlace[] {
  const places = header.entries
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => {
      const message = `${label}: tensor "${name}" has a broken header`;
      const { dtype, shape, data_offsets } = parse(tensorEntry, entry, message);
      const [from, to] = data_offsets;
      const count = shape.reduce((product, size) => product * size, 1);
      const type = elementType(dtype);
      if (type === undefined) {
        throw new ModelError(
          'MODEL_WEIGHTS',
          `${label}: tensor "${name}" is of the type ${dtype}, which is not read (${dtypes.join(', ')} are)`,
          { remedy: 'save the weights in float32, float16 or bfloat16' },
        );
      }
      if (to - from !== count * type.bytes) {
        throw broken(`${label}: tensor "${name}" [${shape}] ${dtype} does not fit its ${to - from} bytes`);
      }
      const end = header.dataStart + to;
      if (end > fileBytes) throw broken(`${label} is cut off within tensor "${name}"`);
      return { name, type, shape, begin: header.dataStart + from, end };
    });
  // Bytes that are two tensors' are a fault of the header, and one of the two is wrong.
  let before: TensorPlace | undefined;
  for (const place of places.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (before !== undefined && place.begin < before.end) {
      throw broken(`${label}: the tensors "${before.name}" and "${place.name}" lie over each other`);
    }
    before = place;
  }
  return places;
}

/** Tensors in the order of their names, so that equal weights give equal bytes. */
export function encodeSafetensors(weights: Weights): Uint8Array {
  const names = [...weights.keys()].sort();
  const parts = names.map((name) => float32Bytes(weights.get(name)!.data));
  return Buffer.concat([encodeHeader(names.map((name) => [name, weights.get(name)!.shape])), ...parts]);
}

/**
 * Writes tensors as float32, atomically and one at a time, in the order of their names.
 * @param metadata texts for the header; Hugging Face's classes want `format: pt`
 * @returns sha256 of the file
 */
export async function writeStoredTensors(
  path: string,
  tensors: StoredTensors,
  metadata?: Readonly<Record<string, string>>,
): Promise<string> {
  const hash = createHash('sha256');
  const names = [...tensors.keys()].sort();
  async function* content() {
    const header = encodeHeader(
      names.map((name) => [name, tensors.get(name)!.shape]),
      metadata,
    );
    hash.update(header);
    yield header;
    for (const name of names) {
      const bytes = float32Bytes(await tensors.get(name)!.read());
      hash.update(bytes);
      yield bytes;
    }
  }
  await writeAtomically(path, content());
  return hash.digest('hex');
}

function encodeHeader(
  shapes: readonly (readonly [name: string, shape: readonly number[]])[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  // Without a prototype any name is a key like others, `__proto__` too.
  const entries: Record<string, unknown> = Object.create(null);
  if (metadata !== undefined) entries['__metadata__'] = metadata;
  let offset = 0;
  for (const [name, shape] of shapes) {
    const bytes = 4 * shape.reduce((product, size) => product * size, 1);
    entries[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const json = JSON.stringify(entries);
  // Spaces at the end of the header keep the tensors aligned.
  const header = Buffer.from(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}

const float32Bytes = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const tensorEntry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/** No network has a header near this. */
const HEADER_LIMIT = 2 ** 26;

const headerLength = (bytes: Uint8Array): number =>
  Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true));

const cutHeader = (label: string) => `${label} is no safetensors file, or is cut off within its header`;

function readHeader(bytes: Uint8Array, label: string) {
  if (bytes.byteLength < 8) throw broken(`${label} is no safetensors file: it has ${bytes.byteLength} bytes`);
  const length = headerLength(bytes);
  if (8 + length > bytes.byteLength) throw broken(cutHeader(label));
  let json: unknown;
  try {
    json = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch (cause) {
    throw broken(`${label} is no safetensors file: its header is not JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw broken(`${label} is no safetensors file: its header is no object`);
  }
  return { entries: Object.entries(json), dataStart: 8 + length };
}

function parse<T>(schema: z.ZodType<T>, value: unknown, message: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw broken(`${message}: ${whatIsWrong(result.error)}`, result.error);
}

const broken = (message: string, cause?: unknown) =>
  new ModelError('MODEL_WEIGHTS', message, { cause, remedy: 'copy or make the file again' });

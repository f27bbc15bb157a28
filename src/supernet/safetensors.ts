import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { z } from 'zod';
import { ModelError } from '../errors.js';
import { fromBfloat, fromHalf } from './half-floats.js';
import type { Weights } from './network.js';
import { writeAtomically } from './write-atomically.js';

/** Reads a safetensors file; F32, F16 and BF16 tensors become float32. Throws `ModelError` naming the broken tensor. */
export async function readSafetensors(path: string): Promise<Weights> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ModelError('MODEL_MISSING', `cannot read weights ${path}`, {
      cause,
      remedy: 'check the path, or make the weights with `supersam convert`',
    });
  }
  return decodeSafetensors(bytes, path);
}

/** Writes float32 tensors, atomically. */
export const writeSafetensors = (path: string, weights: Weights): Promise<void> =>
  writeAtomically(path, encodeSafetensors(weights));

/** Little-endian: 8 bytes of header length, a JSON header, then the tensors' bytes without gaps. */
export function decodeSafetensors(bytes: Uint8Array, label = 'safetensors file'): Weights {
  const header = readHeader(bytes, label);
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, entry] of Object.entries(header.entries)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets } = parse(tensorEntry, entry, `${label}: tensor "${name}" has a broken header`);
    const [begin, end] = data_offsets;
    const count = shape.reduce((product, size) => product * size, 1);
    if (end - begin !== count * elementBytes[dtype]) {
      throw broken(`${label}: tensor "${name}" [${shape}] ${dtype} does not fit its ${end - begin} bytes`);
    }
    if (header.dataStart + end > bytes.byteLength) throw broken(`${label} is cut off within tensor "${name}"`);
    tensors.set(name, { shape, data: toFloat32(bytes, header.dataStart + begin, count, dtype) });
  }
  return tensors;
}

/** Tensors in the order of their names, so that equal weights give equal bytes. */
export function encodeSafetensors(weights: Weights): Uint8Array {
  const entries: Record<string, z.infer<typeof tensorEntry>> = {};
  const names = [...weights.keys()].sort();
  let offset = 0;
  for (const name of names) {
    const { shape, data } = weights.get(name)!;
    entries[name] = { dtype: 'F32', shape: [...shape], data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = JSON.stringify(entries);
  // Spaces at the end of the header keep the tensors aligned.
  const header = new TextEncoder().encode(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const bytes = new Uint8Array(8 + header.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let at = 8 + header.length;
  for (const name of names) {
    const { data } = weights.get(name)!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

const elementBytes = { F32: 4, F16: 2, BF16: 2 } as const;

const tensorEntry = z.object({
  dtype: z.enum(['F32', 'F16', 'BF16']),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

function readHeader(bytes: Uint8Array, label: string) {
  if (bytes.byteLength < 8) throw broken(`${label} is no safetensors file: it has ${bytes.byteLength} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (8 + length > bytes.byteLength) throw broken(`${label} is no safetensors file, or is cut off within its header`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch (cause) {
    throw broken(`${label} is no safetensors file: its header is not JSON`, cause);
  }
  const entries = parse(z.record(z.string(), z.unknown()), json, `${label} is no safetensors file`);
  return { entries, dataStart: 8 + length };
}

function toFloat32(bytes: Uint8Array, at: number, count: number, dtype: keyof typeof elementBytes): Float32Array {
  if (dtype === 'F32' && endianness() === 'LE') {
    const data = new Float32Array(count);
    new Uint8Array(data.buffer).set(bytes.subarray(at, at + 4 * count));
    return data;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: count }, (_, i) => {
    if (dtype === 'F32') return view.getFloat32(at + 4 * i, true);
    const half = view.getUint16(at + 2 * i, true);
    return dtype === 'F16' ? fromHalf(half) : fromBfloat(half);
  });
}

function parse<T>(schema: z.ZodType<T>, value: unknown, message: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw broken(`${message}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, result.error);
}

const broken = (message: string, cause?: unknown) =>
  new ModelError('MODEL_WEIGHTS', message, { cause, remedy: 'copy or make the file again' });

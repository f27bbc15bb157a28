import { type FileHandle, open } from 'node:fs/promises';
import { ModelError } from '../../errors.js';
import type { Weights } from './safetensors.js';

/** A tensor of which the shape is known and the values are read when asked for, so that no file need fit into memory. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** safetensors' name of the type of its elements in the file, where it is read from one as it is. */
  readonly dtype?: string;
  /** Row-major float32 values. */
  read(): Promise<Float32Array>;
}

export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/** Tensors that are in memory already. */
export const storedTensors = (weights: Weights): StoredTensors =>
  new Map([...weights].map(([name, { shape, data }]) => [name, { shape, read: async () => data }]));

/** Puts the file's name before what the parts that do not know it say. */
export function labelled(error: unknown, path: string): unknown {
  if (!(error instanceof ModelError) || error.message.includes(path)) return error;
  const { cause, remedy } = error;
  return new ModelError(error.code, `${path}: ${error.message}`, { cause, remedy });
}

/** An open file of tensors; the caller closes it. */
export interface TensorFile {
  readonly tensors: StoredTensors;
  /** Of all the files, where the tensors are in several. */
  readonly sha256?: string;
  close(): Promise<void>;
}

/** An open file of which any range can be read; the caller closes it. */
export interface RandomAccess {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Throws `ModelError` (MODEL_WEIGHTS) when the range does not lie within the file. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** One read call takes less than 2 GiB. */
const CHUNK = 2 ** 30;

/** Throws `ModelError` (MODEL_MISSING) when the file cannot be opened. */
export async function openRandomAccess(path: string): Promise<RandomAccess> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    return accessTo(file, path, size);
  } catch (cause) {
    await file?.close();
    throw new ModelError('MODEL_MISSING', `cannot read ${path}: ${(cause as Error).message}`, {
      cause,
      remedy: 'check the path',
    });
  }
}

function accessTo(file: FileHandle, path: string, size: number): RandomAccess {
  return {
    path,
    size,
    async read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
        throw new ModelError('MODEL_WEIGHTS', `${path} is cut off: it has ${size} bytes and should have more`, {
          remedy: 'copy or download the file again',
        });
      }
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const { bytesRead } = await file.read(bytes, at, Math.min(CHUNK, length - at), offset + at);
        if (bytesRead === 0) {
          throw new ModelError('MODEL_WEIGHTS', `${path} became shorter while it was read`, {
            remedy: 'run the command again when nothing writes the file',
          });
        }
        at += bytesRead;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

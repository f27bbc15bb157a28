import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hashFile, writeAtomically } from '../../base/files.js';
import { ModelError } from '../../errors.js';
import { openSafetensors, writeStoredTensors } from '../formats/safetensors.js';
import { INDEX_ENDING, openShardedSafetensors } from '../formats/sharded-safetensors.js';
import { labelled, openRandomAccess, type StoredTensors, type TensorFile } from '../formats/tensor-file.js';
import { openTorchCheckpoint } from '../formats/torch/torch-checkpoint.js';
import type { NetworkDescription } from '../model/description.js';
import {
  checkTensors,
  finiteTensors,
  readModelDescription,
  weightsPath,
  writeStoredModel,
} from '../model/model-folder.js';
import type { CheckpointLayout } from './checkpoint-layout.js';
import { recogniseLayout } from './checkpoint-layouts.js';
import { namesOfNetwork } from './checkpoint-names.js';
import { openOnnxPair } from './onnx-checkpoint.js';
import { publishedFile } from './published-files.js';

/** A checkpoint of any known kind, read tensor by tensor; the caller closes it. */
export interface OpenCheckpoint {
  /** The layout's name, or `supersam` for a model folder. */
  readonly layout: string;
  readonly description: NetworkDescription;
  readonly tensors: StoredTensors;
  /** Of the file. */
  readonly sha256: string;
  close(): Promise<void>;
}

/**
 * Opens a `.pth` or `.pt` of torch.save, a `.safetensors`, or a model folder of this project, and finds out what network it
 * is. Throws `ModelError` that lists every tensor that is missing, unknown or of another shape.
 */
export async function openCheckpoint(path: string): Promise<OpenCheckpoint> {
  const kind = await stat(path).catch((cause: unknown) => {
    throw new ModelError('MODEL_MISSING', `cannot read ${path}`, { cause, remedy: 'check the path' });
  });
  if (kind.isDirectory()) {
    const inside = await checkpointIn(path);
    return inside === undefined ? openFolder(path) : openCheckpoint(inside);
  }
  if (!path.endsWith(INDEX_ENDING)) await refuseOther(path);
  const file = await openTensors(path);
  try {
    const found = namesOfNetwork(file.tensors, path);
    refusePart(found, path);
    const layout = recogniseLayout(new Set(found.keys()), path);
    const sha256 = file.sha256 ?? (await hashFile(path));
    const published = publishedFile(sha256);
    const { description, tensors } = layout.read(found);
    const whole: NetworkDescription = {
      name: basename(path).replace(/\.\w+$/, ''),
      ...description,
      source: {
        description:
          published === undefined ? `${basename(path)}, sha256 ${sha256}` : `${published.what}, ${published.url}`,
        ...(published === undefined ? {} : { license: published.license }),
      },
    };
    checkTensors(whole, tensors, path);
    return {
      layout: layout.name,
      description: whole,
      tensors: finiteTensors(tensors, path),
      sha256,
      close: file.close,
    };
  } catch (error) {
    await file.close();
    throw labelled(error, path);
  }
}

function openTensors(path: string): Promise<TensorFile> {
  if (path.endsWith(INDEX_ENDING)) return openShardedSafetensors(path);
  if (/\.safetensors$/i.test(path)) return openSafetensors(path);
  return /\.onnx$/i.test(path) ? openOnnxPair(path) : openTorchCheckpoint(path);
}

/** What libraries keep in a folder of weights: whole, or in parts. */
async function checkpointIn(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  if (names.includes('network.json')) return undefined;
  const found = ['model.safetensors', `model${INDEX_ENDING}`, 'pytorch_model.bin'].find((name) => names.includes(name));
  return found === undefined ? undefined : join(folder, found);
}

/** One of several files has a part of the names only, and would be told to miss the others. */
function refusePart(tensors: StoredTensors, path: string): void {
  const part = /^(.*)-(\d{5})-of-(\d{5})\.safetensors$/.exec(path);
  if (part === null || part[3] === '00001') return;
  throw new ModelError(
    'MODEL_CHECKPOINT',
    `${path} is one part of ${Number(part[3])}: it has ${tensors.size} tensors`,
    {
      remedy: `give ${part[1]}${INDEX_ENDING}, which lists all parts, or their folder`,
    },
  );
}

/** Bytes that tell a text from a checkpoint. */
const BEGINNING = 512;

/** Failed downloads leave a text under a checkpoint's name: a Git LFS pointer, a web page. Other libraries have their own files. */
async function refuseOther(path: string): Promise<void> {
  const file = await openRandomAccess(path);
  const bytes = await file.read(0, Math.min(BEGINNING, file.size)).finally(() => file.close());
  const text = Buffer.from(bytes).toString('latin1');
  const other = OTHERS.find(({ ending, begins }) => ending.test(path) || begins?.test(text));
  if (other !== undefined) {
    throw new ModelError('MODEL_CHECKPOINT', `${path} is ${other.what}, which is not read`, {
      remedy: 'give the .pth or .safetensors that it was exported from',
    });
  }
  const packed = PACKED.find(({ mark, at }) => text.startsWith(mark, at));
  if (packed !== undefined || bytes.length === 0) {
    throw new ModelError('MODEL_CHECKPOINT', `${path} is ${packed?.what ?? 'empty'}`, {
      remedy: packed === undefined ? 'copy or download it again' : 'unpack it and give the .pth or .safetensors inside',
    });
  }
  // Zip archives, pickles and the length of a safetensors header have bytes that no text has.
  if (!/^[\t\r\n\x20-\x7e\xef\xbb\xbf]*$/.test(text) || text.startsWith('PK')) return;
  const what = text.startsWith('version https://git-lfs')
    ? 'a Git LFS pointer, which stands for the file'
    : /^\W*<(!doctype|html|\?xml)/i.test(text)
      ? 'a web page'
      : `a text that begins with ${JSON.stringify(text.slice(0, 40))}`;
  throw new ModelError('MODEL_CHECKPOINT', `${path} is no checkpoint but ${what}`, {
    remedy: 'download the file itself (`git lfs pull`, or the address of the raw file) and compare its size and sha256',
  });
}

/** Told by their names, or by how they begin where that is one of ours. */
const OTHERS: readonly { readonly ending: RegExp; readonly begins?: RegExp; readonly what: string }[] = [
  { ending: /\.(h5|keras|hdf5)$/i, begins: /^\x89HDF/, what: "Keras's or another HDF5 file" },
  { ending: /\.(engine|trt|plan)$/i, what: 'a TensorRT engine' },
  { ending: /\.(tflite|mlmodel|mlpackage|ncnn|param)$/i, what: 'a network for one kind of device' },
  { ending: /\.(msgpack|ckpt\.index|gguf)$/i, begins: /^GGUF/, what: 'a file of another library' },
];

/** How a packed file begins, or from which byte on it says so. */
const PACKED = [
  { mark: '\x1f\x8b', at: 0, what: 'packed by gzip' },
  { mark: '7z\xbc\xaf', at: 0, what: 'packed by 7-Zip' },
  { mark: '\xfd7zXZ', at: 0, what: 'packed by xz' },
  { mark: 'ustar', at: 257, what: 'a tar archive' },
];

async function openFolder(folder: string): Promise<OpenCheckpoint> {
  const description = await readModelDescription(folder);
  const path = weightsPath(folder);
  const file = await openSafetensors(path);
  try {
    checkTensors(description, file.tensors, path);
    const tensors = finiteTensors(file.tensors, path);
    return { layout: 'supersam', description, tensors, sha256: await hashFile(path), close: file.close };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Writes a checkpoint as a model folder. Returns sha256 of its weights file. */
export const writeCheckpointFolder = (folder: string, { description, tensors }: OpenCheckpoint): Promise<string> =>
  writeStoredModel(join(folder), description, tensors);

/**
 * Writes a network as safetensors that a class of another library loads, with its `config.json` beside where it has one.
 * @returns sha256 of the file
 * @throws ModelError for a network that the class cannot hold
 */
export async function exportCheckpoint(path: string, model: OpenCheckpoint, layout: CheckpointLayout): Promise<string> {
  const { tensors, config } = layout.write(model.description, model.tensors);
  const sha256 = await writeStoredTensors(path, tensors, { format: 'pt' });
  if (config !== undefined) {
    await writeAtomically(join(dirname(path), 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
  }
  return sha256;
}

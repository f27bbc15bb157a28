import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hashFile, writeAtomically } from '../../base/files.js';
import { ModelError } from '../../errors.js';
import { openSafetensors, writeStoredTensors } from '../formats/safetensors.js';
import { INDEX_ENDING, openSharded } from '../formats/sharded-tensors.js';
import { labelled, type StoredTensors, type TensorFile } from '../formats/tensor-file.js';
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
import { kindOfFile, refuseOtherFolder } from './file-kinds.js';
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

/** By what the file begins with, whatever it is called: people rename checkpoints. */
async function openTensors(path: string): Promise<TensorFile> {
  if (path.endsWith(INDEX_ENDING)) return openSharded(path, openTensors);
  const kind = await kindOfFile(path);
  if (kind === 'safetensors') return openSafetensors(path);
  return kind === 'onnx' ? openOnnxPair(path) : openTorchCheckpoint(path);
}

/** As libraries call their weights in a folder: whole, or in parts. */
const USUAL = [
  'model.safetensors',
  `model.safetensors${INDEX_ENDING}`,
  'pytorch_model.bin',
  `pytorch_model.bin${INDEX_ENDING}`,
];

/** What a folder that is no model folder holds: one of the usual files, or the only checkpoint. Throws `ModelError` where none can be meant. */
async function checkpointIn(folder: string): Promise<string | undefined> {
  const names = (await readdir(folder)).sort();
  if (names.includes('network.json')) return undefined;
  const usual = USUAL.find((name) => names.includes(name));
  if (usual !== undefined) return join(folder, usual);
  const [only, ...others] = names.filter((name) => /\.(safetensors|pth|pt|ckpt)$/i.test(name));
  if (only !== undefined && others.length === 0) return join(folder, only);
  if (only !== undefined) {
    throw new ModelError('MODEL_CHECKPOINT', `${folder} holds ${others.length + 1} checkpoints, ${only} the first`, {
      remedy: 'give the file that is meant',
    });
  }
  refuseOtherFolder(folder, names);
  return undefined;
}

/** One of several files has a part of the names only, and would be told to miss the others. */
function refusePart(tensors: StoredTensors, path: string): void {
  const part = /^(.*)-(\d{5})-of-(\d{5})(\.\w+)$/.exec(path);
  if (part === null || part[3] === '00001') return;
  throw new ModelError(
    'MODEL_CHECKPOINT',
    `${path} is one part of ${Number(part[3])}: it has ${tensors.size} tensors`,
    {
      remedy: `give ${part[1]}${part[4]}${INDEX_ENDING}, which lists all parts, or their folder`,
    },
  );
}

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

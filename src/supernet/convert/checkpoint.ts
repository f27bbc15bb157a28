import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hashFile, writeAtomically } from '../../base/files.js';
import { ModelError } from '../../errors.js';
import { openSafetensors, writeStoredTensors } from '../formats/safetensors.js';
import type { StoredTensors } from '../formats/tensor-file.js';
import { openTorchCheckpoint } from '../formats/torch/torch-checkpoint.js';
import type { NetworkDescription } from '../model/description.js';
import { checkTensors, readModelDescription, weightsPath, writeStoredModel } from '../model/model-folder.js';
import type { CheckpointLayout } from './checkpoint-layout.js';
import { recogniseLayout } from './checkpoint-layouts.js';
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
  if (kind.isDirectory()) return openFolder(path);
  const file = await (/\.safetensors$/i.test(path) ? openSafetensors(path) : openTorchCheckpoint(path));
  try {
    const layout = recogniseLayout(new Set(file.tensors.keys()), path);
    const sha256 = await hashFile(path);
    const published = publishedFile(sha256);
    const { description, tensors } = layout.read(file.tensors);
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
    return { layout: layout.name, description: whole, tensors, sha256, close: file.close };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFolder(folder: string): Promise<OpenCheckpoint> {
  const description = await readModelDescription(folder);
  const path = weightsPath(folder);
  const file = await openSafetensors(path);
  try {
    checkTensors(description, file.tensors, path);
    return { layout: 'supersam', description, tensors: file.tensors, sha256: await hashFile(path), close: file.close };
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

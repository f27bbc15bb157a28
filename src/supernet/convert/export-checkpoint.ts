import { dirname, join } from 'node:path';
import { writeAtomically } from '../../base/write-atomically.js';
import { writeStoredTensors } from '../formats/safetensors.js';
import type { CheckpointLayout } from './checkpoint-layout.js';
import type { OpenCheckpoint } from './convert-checkpoint.js';

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

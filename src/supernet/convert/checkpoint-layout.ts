import type { StoredTensors } from '../formats/tensor-file.js';
import type { NetworkDescription } from '../model/description.js';

/** What a checkpoint holds, in this project's terms; `checkTensors` says whether it is all there. */
export interface ReadCheckpoint {
  readonly description: Omit<NetworkDescription, 'name' | 'source'>;
  /** Under this project's names. */
  readonly tensors: StoredTensors;
}

/** What a class of another library loads. */
export interface WrittenCheckpoint {
  readonly tensors: StoredTensors;
  /** Its `config.json`, where it has one. */
  readonly config?: object;
}

/** How one library names and shapes the tensors of a network. */
export interface CheckpointLayout {
  readonly name: string;
  /** The class that writes and loads it. */
  readonly origin: string;
  /** Whether the names are of this layout; every layout has some of its own. */
  recognises(names: ReadonlySet<string>): boolean;
  /** Throws `ModelError` when the sizes of the network cannot be found. */
  read(tensors: StoredTensors): ReadCheckpoint;
  /** Throws `ModelError` for a network that the class cannot hold. */
  write(description: NetworkDescription, tensors: StoredTensors): WrittenCheckpoint;
}

/** SAM's statistics, which are those of ImageNet, in 0..255. */
export const PIXELS = { pixelMean: [123.675, 116.28, 103.53], pixelStd: [58.395, 57.12, 57.375] } satisfies Pick<
  NetworkDescription,
  'pixelMean' | 'pixelStd'
>;

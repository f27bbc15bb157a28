import { BackendError } from '../../../errors.js';
import type { Encoder } from '../../model/network.js';
import { type MemoryOptions, type TrainingMemory, trainingMemory } from './training-memory.js';

/** wasm addresses memory with 32 bits. */
const WASM_HEAP = 4 * 2 ** 30;

/**
 * Estimates what training takes and refuses it before it starts when the machine has less left.
 * @param free bytes; by default what this process may still take
 * @throws BackendError BACKEND_MEMORY with what to lower
 */
export function checkMemory(encoder: Encoder, options: MemoryOptions, free = availableBytes()): TrainingMemory {
  const memory = trainingMemory(encoder, options);
  // What a GPU has left is known to its driver alone.
  if (options.backend.device === 'gpu') return memory;
  if (options.backend.name === 'wasm' && memory.heap > WASM_HEAP) {
    throw new BackendError(
      'BACKEND_MEMORY',
      `one image at ${encoder.inputSize} pixels takes about ${gigabytes(memory.heap)}, more than the 4.3 GB that wasm can address`,
      { remedy: 'lower --input-size, or install native TensorFlow (`supersam backend install`)' },
    );
  }
  if (memory.total > free) {
    throw new BackendError(
      'BACKEND_MEMORY',
      `training takes about ${describeMemory(memory)}, and ${gigabytes(free)} are free`,
      {
        remedy:
          memory.workers > 1
            ? 'give --workers 1, or lower --input-size'
            : 'lower --input-size, or close what else takes memory',
      },
    );
  }
  return memory;
}

export const describeMemory = ({ workers, worker, main, total }: TrainingMemory): string =>
  `${gigabytes(total)} of memory (${workers} x ${gigabytes(worker)} for gradients, ${gigabytes(main)} beside them)`;

/** With what a container may take counted in. */
export const availableBytes = (): number => process.availableMemory();

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

import { availableParallelism } from 'node:os';
import { BackendError } from '../../errors.js';
import { type Encoder, fullSubnet } from '../model/network.js';
import { decoderOf } from '../model/networks/decoder.js';
import { DECODER_CHANNELS } from '../model/networks/mask-heads.js';
import { trainableNames } from './image-gradient.js';
import { createTracedOps, type Kept } from './traced-ops.js';
import { MAX_OBJECTS } from './training-example.js';
import type { TrainingOptions } from './training-options.js';

/** Bytes that training is expected to take at most. */
export interface TrainingMemory {
  /** Threads that compute gradients. */
  readonly workers: number;
  /** Of each of them. */
  readonly worker: number;
  /** Of that, what is in the backend's heap. */
  readonly heap: number;
  /** Of this thread: weights, moments, gradients, the measuring of subnets. */
  readonly main: number;
  readonly total: number;
}

const FLOAT = 4;
/** What Node and the backend take before the network is there: in a worker, and in the process, where native TensorFlow is loaded. Measured, but for WebGPU, which has room for a driver. */
const WORKER_BASE = 120e6;
const MAIN_BASE = { onnx: 250e6, wasm: 250e6, native: 550e6, webgpu: 400e6 } as const;
/** Of what a pass holds on TensorFlow.js: its graphs keep what the backward graphs read, and let go of gradients link by link. Measured. */
const HELD = { onnx: 0.4, wasm: 1, native: 1, webgpu: 1 } as const;
/** On top of what stays: what single operations need for a moment, and freed blocks that do not fit what comes next. Measured. */
const MARGIN = 1.25;
/** Measuring subnets: ONNX Runtime, and the activations of a group of images, which is smaller where images are larger than 448. Measured. */
const EVALUATION_BASE = 150e6;
const EVALUATION_A_PIXEL = 4000;
const MOST_PIXELS = 448 ** 2;

/**
 * What a step takes, from the sizes of the network's activations: all results of the largest subnet's forward pass with what their gradients
 * need, and as many gradients again, since the tape lets go of them together. One subnet follows another, so their number does not count.
 */
export function trainingMemory(
  encoder: Encoder,
  { batch, trainable, backend, workers: most = availableParallelism() }: MemoryOptions,
): TrainingMemory {
  const decoder = decoderOf(encoder.decoder);
  const shapes = new Map([...encoder.shapes, ...decoder.shapes]);
  const stem: Kept = { outputs: 0, saved: 0 };
  const rest: Kept = { outputs: 0, saved: 0 };
  const subnet = fullSubnet(encoder);
  const walk = (kept: Kept, from: number, to: number, x: readonly number[]) => {
    const ops = createTracedOps(shapes, kept);
    return encoder.pieces.slice(from, to).reduce((y, piece, i) => piece.forward(ops, y, subnet[from + i] ?? 1), x);
  };
  const { inputSize, grid, stemLength } = encoder;
  const entry = walk(stem, 0, stemLength, [1, inputSize, inputSize, 3]);
  walk(rest, stemLength, encoder.pieces.length, entry);
  const ops = createTracedOps(shapes, rest);
  const tokens = [1, grid * grid, DECODER_CHANNELS];
  const sparse = decoder.encodePrompts(ops, [MAX_OBJECTS, 2, 2], [MAX_OBJECTS, 2], inputSize);
  decoder.decodeMasks(ops, ops.add(tokens, tokens), tokens, sparse, grid);
  const count = (names: Iterable<string>) =>
    [...names].reduce(
      (sum, name) => sum + (shapes.get(name) ?? []).reduce((product, length) => product * length, 1),
      0,
    );
  const trained = count(trainableNames(encoder, trainable));
  const all = count(shapes.keys());
  const workers = backend.device === 'gpu' ? 1 : Math.min(most, batch);
  // Forward and backward: results twice, for their gradients are as large; weights as tensors and as gradients.
  const held = HELD[backend.name] * (stem.outputs + 2 * rest.outputs + rest.saved);
  const heap = FLOAT * MARGIN * (held + all + 2 * trained);
  const worker = WORKER_BASE + heap + FLOAT * all;
  const evaluation = EVALUATION_BASE + EVALUATION_A_PIXEL * Math.min(inputSize ** 2, MOST_PIXELS);
  // Weights as read, as trained and as written, two moments, a gradient an image.
  const main = MAIN_BASE[backend.name] + evaluation + FLOAT * (5 * all + (3 + batch) * trained);
  return { workers, worker, heap, main, total: workers * worker + main };
}

export type MemoryOptions = Pick<TrainingOptions, 'batch' | 'trainable' | 'backend' | 'workers'>;

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

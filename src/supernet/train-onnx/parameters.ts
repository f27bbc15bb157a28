import type { Weights } from '../model/network.js';
import type { ParameterAccess } from './link.js';
import type { StackMemory } from './memory.js';
import type { ParameterPart, ParameterTable } from './ops.js';

/** Where a trained tensor stands in the flat array of all of them. */
export interface TrainedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

export interface Parameters extends ParameterTable, ParameterAccess {
  /** Takes the trained values of this moment, and the array that gradients are added to. */
  begin(values: Float32Array, gradient: Float32Array): void;
}

/** Frozen tensors as they are, trained ones from a copy of the flat array: ONNX Runtime reads no shared memory. */
export function createParameters(weights: Weights, trained: readonly TrainedTensor[], memory: StackMemory): Parameters {
  const slots = new Map(trained.map((slot) => [slot.name, slot]));
  const own = new Float32Array(trained.reduce((end, { offset, length }) => Math.max(end, offset + length), 0));
  let sums: Float32Array = own;
  const shapes = new Map([...weights].map(([name, { shape }]) => [name, shape]));
  const numbersOf = (name: string): Float32Array => {
    const slot = slots.get(name);
    if (slot !== undefined) return own.subarray(slot.offset, slot.offset + slot.length);
    return weights.get(name)?.data ?? new Float32Array();
  };
  /** Calls `visit` for every run of numbers that a part has in a row: its place in the tensor and in the part. */
  const runs = (
    { name, rows, columns, blocks }: ParameterPart,
    visit: (inTensor: number, inPart: number, length: number) => void,
  ): void => {
    const [allRows = 1, ...rest] = shapes.get(name) ?? [];
    const width = rest.reduce((product, size) => product * size, 1);
    const inBlock = rows / blocks;
    if (columns === width) {
      for (let block = 0; block < blocks; block++)
        visit((block * allRows * width) / blocks, block * inBlock * width, inBlock * width);
      return;
    }
    for (let row = 0; row < rows; row++) {
      const from = Math.floor(row / inBlock) * (allRows / blocks) + (row % inBlock);
      visit(from * width, row * columns, columns);
    }
  };
  return {
    shapes,
    isTrained: (name) => slots.has(name),
    begin: (values, gradient) => {
      own.set(values);
      sums = gradient;
    },
    read: (part) => {
      const all = numbersOf(part.name);
      const length = part.rows * part.columns;
      let isTogether = true;
      runs(part, (inTensor, inPart) => {
        isTogether &&= inTensor === inPart;
      });
      if (isTogether) return all.subarray(0, length);
      const cut = memory.take(length);
      runs(part, (inTensor, inPart, size) => {
        cut.set(all.subarray(inTensor, inTensor + size), inPart);
      });
      return cut;
    },
    addGradient: (part, gradient) => {
      const start = slots.get(part.name)?.offset ?? 0;
      runs(part, (inTensor, inPart, size) => addTo(sums, start + inTensor, gradient, inPart, size));
    },
  };
}

/** A function of its own: in a closure whose arrays may change, each of the ten million sums of a subnet would look for them. */
function addTo(into: Float32Array, to: number, numbers: Float32Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) into[to + i] = (into[to + i] as number) + (numbers[from + i] as number);
}

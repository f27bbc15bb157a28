import { createCrossAttention } from '../model/cross-attention.js';
import { missingTensor } from '../model/missing-tensor.js';
import type { Ops, Size } from '../model/ops.js';
import { createAttention } from './attention.js';
import { createConvolutions } from './convolution.js';
import { createElementwise } from './elementwise.js';
import { createLinear } from './linear.js';
import { createNorms } from './norms.js';
import { count, createPrimitives, view } from './primitives.js';
import { createStructure } from './structure.js';
import type { Tape, Value } from './tape.js';

/**
 * The part of a tensor that a graph reads, as a matrix: leading rows of each of equal blocks and leading columns. Gradients of
 * the graph are those of the part.
 */
export interface ParameterPart {
  readonly name: string;
  /** Rows of all blocks together. */
  readonly rows: number;
  readonly columns: number;
  readonly blocks: number;
}

/** What the network's tensors are and whether training changes them. */
export interface ParameterTable {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly isTrained: (name: string) => boolean;
}

/** The interpreter that writes forward and backward graphs. `parts` says what the graphs read, by the name of their tensors. */
export function createTrainingOps(
  tape: Tape,
  { shapes, isTrained }: ParameterTable,
): { ops: Ops<Value>; parts: ReadonlyMap<string, ParameterPart> } {
  const parts = new Map<string, ParameterPart>();
  const values = new Map<string, Value>();
  const p = createPrimitives(tape);
  const elementwise = createElementwise(tape, p);
  const structure = createStructure(tape, p);
  const convolutions = createConvolutions(tape, p);
  const norms = createNorms(tape, p);
  const linear = createLinear(tape, p);

  const shapeOf = (name: string): readonly number[] => {
    const shape = shapes.get(name);
    if (shape === undefined) throw missingTensor(name);
    return shape;
  };
  const part = (name: string, rows: number, columns: number, blocks = 1): Value => {
    const tensor = `${name} ${rows} x ${columns} of ${blocks}`;
    const value = values.get(tensor) ?? tape.input(tensor, [rows, columns], isTrained(name));
    values.set(tensor, value);
    parts.set(tensor, { name, rows, columns, blocks });
    return value;
  };
  const parameter = (name: string): Value => {
    const shape = shapeOf(name);
    const [rows = 1, ...rest] = shape;
    return view(part(name, rows, count(rest)), shape);
  };
  const layer = (name: string) => {
    const bias = shapes.has(`${name}.bias`) ? parameter(`${name}.bias`) : undefined;
    return { weight: parameter(`${name}.weight`), bias };
  };
  const biased = (name: string) => ({ weight: parameter(`${name}.weight`), bias: parameter(`${name}.bias`) });
  const size = (active: Size<Value> | undefined, full: number): number => (typeof active === 'number' ? active : full);

  /** A bias for every pair of tokens `[1, heads, tokens, tokens]` from one for every offset |dy|, |dx| of a window. */
  const offsetTable = (table: string, heads: number): Value => {
    const tokens = shapeOf(table)[1] as number;
    const window = Math.sqrt(tokens);
    const pairs = tape.constant(distances(window), [window, tokens]);
    const compact = view(part(table, heads, tokens), [heads, window, window]);
    const rows = structure.matmul(structure.transpose(compact, [0, 2, 1]), pairs);
    const whole = structure.matmul(structure.transpose(rows, [0, 2, 1]), pairs);
    const apart = view(whole, [heads, window, window, window, window]);
    return view(structure.transpose(apart, [0, 1, 3, 2, 4]), [1, heads, tokens, tokens]);
  };

  const { softmax, ...numbers } = elementwise;
  const ops: Ops<Value> = {
    ...numbers,
    ...structure,
    parameter,
    constant: tape.constant,
    shape: (x) => x.shape,
    linear: (x, name, { outputs, inputs, unit = 1, blocks = 1 } = {}) => {
      const [rows = 1, ...rest] = shapeOf(`${name}.weight`);
      const taken = blocks * unit * size(outputs, rows / blocks / unit);
      const weight = part(`${name}.weight`, taken, unit * size(inputs, count(rest) / unit), blocks);
      const bias = shapes.has(`${name}.bias`) ? view(part(`${name}.bias`, taken, 1, blocks), [taken]) : undefined;
      return linear(x, weight, bias);
    },
    layerNorm: (x, name, epsilon) =>
      norms.layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), epsilon),
    groupNorm: (x, name, epsilon) =>
      norms.groupNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), epsilon),
    conv2d: (x, name, options) => {
      const { weight, bias } = layer(name);
      return convolutions.conv2d(x, weight, bias, options);
    },
    depthwiseConv2d: (x, name, options) => {
      const { weight, bias } = biased(name);
      return convolutions.depthwise(x, weight, bias, options);
    },
    ...createAttention(tape, p, { ...structure, parameter }, offsetTable),
  };
  const attend = createCrossAttention({ ...ops, softmax });
  return {
    // Keys that all prompts share are projected once, which is less than a product for every prompt.
    ops: {
      ...ops,
      attend: (name, q, k, v, heads) => (k.shape[0] === q.shape[0] ? attend(name, q, k, v, heads) : undefined),
    },
    parts,
  };
}

/** `[window, window * window]`: 1 in column i * window + j of the row |i - j|. */
function distances(window: number): Float32Array {
  const table = new Float32Array(window ** 3);
  for (let i = 0; i < window; i++) {
    for (let j = 0; j < window; j++) table[(Math.abs(i - j) * window + i) * window + j] = 1;
  }
  return table;
}

import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { type Backend, loadBackend, tryNative } from '../../../src/supernet/run-tfjs/backend.js';
import { createTfjsOps } from '../../../src/supernet/run-tfjs/ops.js';
import { createLink } from '../../../src/supernet/train-onnx/link.js';
import { createStackMemory } from '../../../src/supernet/train-onnx/memory.js';
import { createSessions } from '../../../src/supernet/train-onnx/session.js';
import { type Operation, operations, type Shapes } from './operations.js';

type Values = ReadonlyMap<string, Float32Array>;

/** The sum of the output under a fixed random weighting, and its gradient by every input. */
interface Weighted {
  readonly value: number;
  readonly gradients: readonly Float32Array[];
  readonly shape: readonly number[];
}
type Interpreter = (operation: Operation, values: Values) => Promise<Weighted>;

const weighting = (length: number): Float32Array => {
  const rng = createRng('weights of the output');
  return Float32Array.from({ length }, () => rng.normal());
};

const byTfjs =
  ({ tf }: Backend): Interpreter =>
  async ({ shapes, run }, values) => {
    const before = tf.memory().numTensors;
    const result = tf.tidy(() => {
      const names = Object.keys(shapes);
      const tensors = names.map((name) => tf.tensor(values.get(name) as Float32Array, [...(shapes[name] ?? [])]));
      const ops = createTfjsOps(tf, (name) => tensors[names.indexOf(name)]);
      const output = (): Tensor => run(ops, (name) => tensors[names.indexOf(name)] as Tensor);
      const y = output();
      const weights = tf.tensor(weighting(y.size), y.shape);
      const { grads } = tf.engine().gradients(output, tensors, weights);
      const value = tf.sum(tf.mul(y, weights)).dataSync()[0] as number;
      return { value, gradients: grads.map((gradient) => gradient.dataSync() as Float32Array), shape: y.shape };
    });
    expect(tf.memory().numTensors).toBe(before);
    return result;
  };

const sessions = createSessions();
const byOnnx: Interpreter = async ({ shapes, run }, values) => {
  const gradients = new Map([...values].map(([name, { length }]) => [name, new Float32Array(length)]));
  const table = { shapes: new Map(Object.entries(shapes)), isTrained: () => true };
  // Where a part stands in its tensor: rows of every block, leading columns.
  const places = ({ name, rows, columns, blocks }: { name: string; rows: number; columns: number; blocks: number }) => {
    const [allRows = 1, ...rest] = shapes[name] ?? [];
    const width = rest.reduce((product, size) => product * size, 1);
    return Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      const block = Math.floor(row / (rows / blocks));
      return (block * (allRows / blocks) + (row % (rows / blocks))) * width + column;
    });
  };
  const access = {
    read: (part: Parameters<typeof places>[0]) =>
      Float32Array.from(places(part), (at) => values.get(part.name)?.[at] as number),
    addGradient: (part: Parameters<typeof places>[0], gradient: Float32Array) => {
      const whole = gradients.get(part.name) as Float32Array;
      places(part).forEach((at, i) => {
        whole[at] = (whole[at] as number) + (gradient[i] as number);
      });
    },
  };
  const plan = {
    name: 'operation',
    inputs: {},
    build: (ops: Parameters<typeof run>[0]) => [run(ops, (name) => ops.parameter(name))],
  } as const;
  const link = await createLink(plan as never, table, access, createStackMemory(), sessions);
  const passed = await link.forward({});
  const y = passed.outputs[0] as Float32Array;
  const weights = weighting(y.length);
  const value = y.reduce((sum, each, i) => sum + each * (weights[i] as number), 0);
  await link.backward(passed, [weights]);
  return { value, gradients: [...gradients.values()], shape: link.outputShapes[0] as readonly number[] };
};

const draw = (shapes: Shapes): Values => {
  const rng = createRng('inputs', JSON.stringify(shapes));
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
    ]),
  );
};

const native = await tryNative();
const interpreters: [string, () => Promise<Interpreter>][] = [
  ['onnx', async () => byOnnx],
  ['wasm', async () => byTfjs(await loadBackend('wasm'))],
  ...('reason' in native
    ? []
    : [['native', async () => byTfjs(await loadBackend('native'))] as [string, () => Promise<Interpreter>]]),
];

describe.each(interpreters)('gradients on %s', (_, load) => {
  it.each(Object.entries(operations))('%s equals finite differences', async (_name, operation) => {
    const interpreter = await load();
    const values = draw(operation.shapes);
    const analytic = (await interpreter(operation, values)).gradients;
    const step = 1e-2;
    for (const [i, name] of Object.keys(operation.shapes).entries()) {
      const at = values.get(name) as Float32Array;
      for (let k = 0; k < at.length; k += Math.max(1, Math.floor(at.length / 6))) {
        const moved = async (by: number) => {
          const other = Float32Array.from(at);
          other[k] = (at[k] as number) + by;
          return (await interpreter(operation, new Map([...values, [name, other]]))).value;
        };
        const difference = ((await moved(step)) - (await moved(-step))) / (2 * step);
        const scale = Math.max(1, Math.abs(difference));
        expect(
          Math.abs(((analytic[i] as Float32Array)[k] as number) - difference) / scale,
          `${name}[${k}]`,
        ).toBeLessThan(5e-3);
      }
    }
  });
});

describe.each(interpreters.slice(1))('onnx against %s', (_, load) => {
  it.each(Object.entries(operations))('%s gives the same value and gradients', async (_name, operation) => {
    const values = draw(operation.shapes);
    const a = await byOnnx(operation, values);
    const b = await (await load())(operation, values);
    expect(a.shape).toEqual(b.shape);
    a.gradients.forEach((gradient, i) => {
      const other = b.gradients[i] as Float32Array;
      const largest = other.reduce((worst, value) => Math.max(worst, Math.abs(value)), 1e-3);
      gradient.forEach((value, k) => {
        expect(Math.abs(value - (other[k] as number)) / largest).toBeLessThan(1e-4);
      });
    });
  });
});

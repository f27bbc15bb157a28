import type { Ops } from '../model/ops.js';
import type { StackMemory } from './memory.js';
import { createTrainingOps, type ParameterPart, type ParameterTable } from './ops.js';
import { count } from './primitives.js';
import type { Block, createSessions, TrainingSession } from './session.js';
import { createTape, type Program, type Value } from './tape.js';

/** A part of a network as a graph forward and one backward. */
export interface LinkPlan {
  readonly inputs: { readonly [name: string]: { readonly shape: readonly number[]; readonly flows: boolean } };
  readonly build: (ops: Ops<Value>, inputs: { readonly [name: string]: Value }) => readonly Value[];
}

/** Where a link reads and changes tensors of the network. */
export interface ParameterAccess {
  /** The numbers of a part, row by row. */
  read(part: ParameterPart): Float32Array;
  /** Adds to the gradient of a part. */
  addGradient(part: ParameterPart, gradient: Float32Array): void;
}

export interface Link {
  readonly outputShapes: readonly (readonly number[])[];
  /** Whether anything in it, or anything that comes in, learns. */
  readonly flows: boolean;
  /** Outputs, and what `backward` needs, stand in `memory` until it is released. */
  forward(inputs: { readonly [name: string]: Float32Array }): Promise<Passed>;
  /** Adds gradients of parameters and returns those of the inputs that flow, in `memory`. */
  backward(passed: Passed, gradients: readonly Float32Array[]): Promise<{ readonly [input: string]: Float32Array }>;
}

/** A forward pass that a backward pass may follow. */
export interface Passed {
  readonly outputs: readonly Float32Array[];
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

export async function createLink(
  plan: LinkPlan,
  table: ParameterTable,
  access: ParameterAccess,
  memory: StackMemory,
  sessions: ReturnType<typeof createSessions>,
): Promise<Link> {
  const tape = createTape();
  const { ops, parts } = createTrainingOps(tape, table);
  const inputs = Object.fromEntries(
    Object.entries(plan.inputs).map(([name, { shape, flows }]) => [name, tape.input(name, shape, flows)]),
  );
  const outputs = plan.build(ops, inputs);
  const wanted = [
    ...Object.values(inputs).filter(({ flows }) => flows),
    ...[...parts]
      .filter(([, { name }]) => table.isTrained(name))
      .map(([tensor, { rows, columns }]): Value => ({ name: tensor, shape: [rows, columns], flows: true })),
  ];
  const [forward, backward] = tape.finish(outputs, wanted);
  const first = await sessions(forward.model);
  const second = backward && (await sessions(backward.model));

  const run = async (
    session: TrainingSession,
    { feeds, results }: Program,
    tensors: Map<string, Float32Array>,
  ): Promise<Float32Array[]> => {
    const read = (tensor: string): Float32Array => {
      const found = tensors.get(tensor) ?? access.read(parts.get(tensor) as ParameterPart);
      tensors.set(tensor, found);
      return found;
    };
    const made = results.map(({ shape }) => memory.take(count(shape)));
    const fed = feeds.map(({ port, tensor, shape }): [string, Block] => [port, { data: read(tensor), shape }]);
    const kept = results.map(({ port, shape }, i): [string, Block] => [port, { data: made[i] as Float32Array, shape }]);
    await session.run(new Map(fed), new Map(kept));
    return made;
  };

  return {
    outputShapes: outputs.map(({ shape }) => shape),
    flows: backward !== undefined,
    forward: async (given) => {
      const tensors = new Map(Object.entries(given));
      const made = await run(first, forward, tensors);
      forward.results.forEach(({ tensor }, i) => {
        tensors.set(tensor, made[i] as Float32Array);
      });
      return { outputs: made.slice(0, outputs.length), tensors };
    },
    backward: async ({ tensors }, gradients) => {
      if (backward === undefined || second === undefined) return {};
      const all = new Map(tensors);
      gradients.forEach((gradient, i) => {
        all.set(`gradient ${i}`, gradient);
      });
      const made = await run(second, backward, all);
      const ofInputs: { [input: string]: Float32Array } = {};
      backward.results.forEach(({ tensor }, i) => {
        const part = parts.get(tensor);
        if (part === undefined) ofInputs[tensor] = made[i] as Float32Array;
        else access.addGradient(part, made[i] as Float32Array);
      });
      return ofInputs;
    },
  };
}

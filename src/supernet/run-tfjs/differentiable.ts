import type * as Core from '@tensorflow/tfjs-core';

/** The tfjs namespace as a value that is handed in, so that a backend may live outside the project's node_modules. */
export type Tf = typeof Core;
export type Tensor = Core.Tensor;

type Save = (tensors: Tensor[]) => void;
type Gradients = { [input: string]: () => Tensor };

/** The parts of tfjs' engine that its own `customGrad` and `grads` stand on. */
interface Engine {
  readonly state: { activeTape: unknown[] | null };
  startTape(): void;
  endTape(): void;
  gradients(forward: () => Tensor, by: Tensor[], dy: Tensor): { readonly grads: Tensor[] };
  runKernelFunc(invocation: {
    forwardFunc: (backend: unknown, save: Save) => Tensor;
    backwardsFunc: (dy: Tensor, saved: Tensor[]) => Gradients;
    inputs: { [name: string]: Tensor };
  }): Tensor;
}

/**
 * One differentiable operation. Unlike `tf.customGrad`, gradients are computed only for the inputs that lead to a
 * variable, so frozen weights and inputs cost nothing; and no registered gradients are needed.
 */
export function differentiable(
  tf: Tf,
  inputs: { [name: string]: Tensor },
  forward: (save: Save) => Tensor,
  backward: (dy: Tensor, saved: Tensor[]) => Gradients,
): Tensor {
  const engine = tf.engine() as unknown as Engine;
  return engine.runKernelFunc({ forwardFunc: (_, save) => forward(save), backwardsFunc: backward, inputs });
}

/**
 * What `forward` makes and, at any later time, once, its gradients: in between a loss is worked out of what it made, which a GPU under
 * WebGPU gives asynchronously alone.
 */
export function forwardPass(
  tf: Tf,
  forward: () => Tensor,
): { readonly output: Tensor; backward(dy: Tensor, by: readonly Tensor[]): Tensor[] } {
  const engine = tf.engine() as unknown as Engine;
  engine.startTape();
  let output: Tensor;
  let tape: readonly unknown[];
  try {
    output = tf.tidy(forward);
  } finally {
    engine.endTape();
    tape = engine.state.activeTape ?? [];
    engine.state.activeTape = null;
  }
  // The engine goes back over the tape of the function that it is given, and clears that tape away.
  const replay = () => {
    for (const node of tape) engine.state.activeTape?.push(node);
    return output;
  };
  return { output, backward: (dy, by) => engine.gradients(replay, [...by], dy).grads };
}

/** As `tf.tidy`, around what waits for reads. Nobody else may compute with tensors meanwhile. */
export async function tidyAsync<T>(tf: Tf, run: () => Promise<T>): Promise<T> {
  const engine = tf.engine();
  engine.startScope();
  try {
    return await run();
  } finally {
    engine.endScope();
  }
}

/** Gradients that come about with another one's: kept until the engine asks for them, handed out once. */
export function createShelf(tf: Tf) {
  const kept = new Map<string, Tensor>();
  return {
    put: (name: string, gradient: Tensor): void => {
      kept.set(name, tf.keep(gradient));
    },
    take: (name: string): Tensor | undefined => {
      const gradient = kept.get(name);
      kept.delete(name);
      // A copy, which ends with whoever takes it as any other tensor does.
      const own = gradient && tf.clone(gradient);
      gradient?.dispose();
      return own;
    },
  };
}

/** A loss and its gradient by each of its inputs. */
export interface LossValue {
  readonly loss: number;
  readonly gradients: readonly Float32Array[];
}

/** A scalar that is worked out outside of tensors, together with its gradients. `evaluate` is called once. */
export function scalarLoss(
  tf: Tf,
  inputs: readonly Tensor[],
  evaluate: (values: readonly Float32Array[]) => LossValue,
): Tensor {
  return differentiable(
    tf,
    Object.fromEntries(inputs.map((input, i) => [String(i), input])),
    (save) => {
      const { loss, gradients } = evaluate(inputs.map((input) => input.dataSync() as Float32Array));
      save(inputs.map((input, i) => tf.tensor(gradients[i] as Float32Array, input.shape)));
      return tf.scalar(loss);
    },
    (dy, saved) =>
      Object.fromEntries(inputs.map((_, i) => [String(i), () => tf.mul(saved[i] as Tensor, dy) as Tensor])),
  );
}

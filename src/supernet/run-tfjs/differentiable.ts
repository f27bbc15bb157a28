import type * as Core from '@tensorflow/tfjs-core';

/** The tfjs namespace as a value that is handed in, so that a backend may live outside the project's node_modules. */
export type Tf = typeof Core;
export type Tensor = Core.Tensor;

type Save = (tensors: Tensor[]) => void;
type Gradients = { [input: string]: () => Tensor };

/** The part of tfjs' engine that its own `customGrad` stands on. */
interface Engine {
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

import { differentiable, type Tensor, type Tf } from './differentiable.js';

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

import { int } from '../run-onnx/graph-builder.js';
import type { Primitives } from './primitives.js';
import { asMatrix, count, view } from './primitives.js';
import type { Tape, Value } from './tape.js';

/** LayerNorm (Ba et al., 2016) and GroupNorm with one group (Wu and He, 2018). */
export function createNorms({ nodes, record, give, scalar }: Tape, p: Primitives) {
  /** Through (x - mean) * scale with the mean and variance of the last axis. */
  const through = (gradient: Value, normal: Value, scale: Value): Value => {
    const along = p.multiply(normal, p.mean(p.multiply(gradient, normal)));
    return p.multiply(p.subtract(p.subtract(gradient, p.mean(gradient)), along), scale);
  };

  return {
    layerNorm: (x: Value, weight: Value, bias: Value, epsilon: number): Value => {
      const rows = asMatrix(x);
      const attributes = { axis: int(-1), epsilon: { float: epsilon } };
      const one = [rows.shape[0] as number, 1];
      const shapes = x.flows || weight.flows ? [rows.shape, one, one] : [rows.shape];
      const [y, mean, scale] = nodes('LayerNormalization', [rows, weight, bias], shapes, { attributes }) as [
        Value,
        Value,
        Value,
      ];
      record([y], ([dy]) => {
        const gradient = dy as Value;
        // Kept are the row's two numbers: x is there anyway.
        const normal = p.multiply(p.subtract(rows, mean), scale);
        give(x, () => through(p.multiply(gradient, weight), normal, scale));
        give(weight, () => p.columnSums(p.multiply(gradient, normal)));
        give(bias, () => p.columnSums(gradient));
      });
      return view(y, x.shape);
    },

    groupNorm: (x: Value, weight: Value, bias: Value, epsilon: number): Value => {
      const rows = view(x, [x.shape[0] as number, count(x.shape.slice(1))]);
      const centred = p.subtract(rows, p.mean(rows));
      const variance = p.mean(p.multiply(centred, centred));
      const scale = p.unary('Reciprocal', p.unary('Sqrt', p.add(variance, scalar(epsilon))));
      const normal = p.multiply(centred, scale);
      const byChannel = view(normal, asMatrix(x).shape);
      const y = p.add(p.multiply(byChannel, weight), bias);
      record([y], ([dy]) => {
        const gradient = dy as Value;
        give(x, () => through(view(p.multiply(gradient, weight), rows.shape), normal, scale));
        give(weight, () => p.columnSums(p.multiply(gradient, byChannel)));
        give(bias, () => p.columnSums(gradient));
      });
      return view(y, x.shape);
    },
  };
}

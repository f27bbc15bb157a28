import { differentiable, type Tensor, type Tf } from './differentiable.js';

/** Operations that move numbers and change none. */
export function createStructure(tf: Tf) {
  const padding = (before: readonly number[], after: readonly number[]) =>
    before.map((size, i) => [size, after[i] as number] as [number, number]);
  const slice = (x: Tensor, axis: number, start: number, size: number): Tensor => {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    const sizes = x.shape.map((length, i) => (i === axis ? size : length));
    const after = x.shape.map((length, i) => length - (begin[i] as number) - (sizes[i] as number));
    return differentiable(
      tf,
      { x },
      () => tf.slice(x, begin, sizes),
      (dy) => ({ x: () => (size === x.shape[axis] ? tf.clone(dy) : tf.pad(dy, padding(begin, after))) }),
    );
  };
  return {
    slice,
    reshape: (x: Tensor, shape: readonly number[]): Tensor =>
      differentiable(
        tf,
        { x },
        () => tf.reshape(x, [...shape]),
        (dy) => ({ x: () => tf.reshape(dy, x.shape) }),
      ),
    transpose: (x: Tensor, permutation: readonly number[]): Tensor =>
      differentiable(
        tf,
        { x },
        () => tf.transpose(x, [...permutation]),
        (dy) => ({
          x: () =>
            tf.transpose(
              dy,
              permutation.map((_, i) => permutation.indexOf(i)),
            ),
        }),
      ),
    concat: (parts: readonly Tensor[], axis: number): Tensor => {
      let end = 0;
      const starts = parts.map((part) => {
        const start = end;
        end += part.shape[axis] as number;
        return start;
      });
      return differentiable(
        tf,
        Object.fromEntries(parts.map((part, i) => [String(i), part])),
        () => tf.concat([...parts], axis),
        (dy) =>
          Object.fromEntries(
            parts.map((part, i) => [
              String(i),
              () =>
                tf.slice(
                  dy,
                  dy.shape.map((_, at) => (at === axis ? (starts[i] as number) : 0)),
                  part.shape,
                ),
            ]),
          ),
      );
    },
    pad: (x: Tensor, bottom: number, right: number): Tensor => {
      if (bottom === 0 && right === 0) return x;
      return differentiable(
        tf,
        { x },
        () => tf.pad(x, padding([0, 0, 0, 0], [0, bottom, right, 0])),
        (dy) => ({ x: () => tf.slice(dy, [0, 0, 0, 0], x.shape) }),
      );
    },
  };
}

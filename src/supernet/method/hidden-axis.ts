import type { HiddenAxis } from '../model/network.js';

type Tensor = { readonly shape: readonly number[]; readonly data: Float32Array };

/** Puts the hidden units `order` lists, in that order, in place of all of them: a permutation sorts, a prefix slices. */
export function permuteHidden(weights: Map<string, Tensor>, hidden: HiddenAxis, order: readonly number[]): void {
  const { unit = 1, blocks = 1, rows: unitRows = unit } = hidden;
  const spread = (size: number) => order.flatMap((index) => Array.from({ length: size }, (_, k) => index * size + k));
  const leading = spread(unitRows);
  for (const layer of [hidden.first, ...(hidden.between ?? [])]) {
    for (const name of [`${layer}.weight`, `${layer}.bias`]) {
      const tensor = weights.get(name);
      if (tensor === undefined) continue;
      const block = (tensor.shape[0] ?? 0) / blocks;
      const rows = Array.from({ length: blocks }, (_, i) => leading.map((row) => i * block + row));
      weights.set(name, takeRows(tensor, rows.flat()));
    }
  }
  for (const name of hidden.tables ?? []) weights.set(name, takeRows(weights.get(name)!, order));
  const name = `${hidden.second}.weight`;
  weights.set(name, takeColumns(weights.get(name)!, spread(unit)));
}

/** The leading `size` hidden units of an elastic width. */
export function sliceHidden(weights: Map<string, Tensor>, hidden: HiddenAxis, size: number): void {
  permuteHidden(
    weights,
    hidden,
    Array.from({ length: size }, (_, k) => k),
  );
}

function takeRows({ shape, data }: Tensor, order: readonly number[]): Tensor {
  const [, ...rest] = shape;
  const length = rest.reduce((product, size) => product * size, 1);
  const taken = new Float32Array(order.length * length);
  order.forEach((row, k) => {
    taken.set(data.subarray(row * length, (row + 1) * length), k * length);
  });
  return { shape: [order.length, ...rest], data: taken };
}

/** Along the second axis, `[outputs, hidden, …]`; what follows it is 1 in a 1x1 convolution and absent in a linear layer. */
function takeColumns({ shape, data }: Tensor, order: readonly number[]): Tensor {
  const [outputs = 0, hidden = 0, ...rest] = shape;
  const length = rest.reduce((product, size) => product * size, 1);
  const taken = new Float32Array(outputs * order.length * length);
  for (let output = 0; output < outputs; output++) {
    order.forEach((column, k) => {
      const from = (output * hidden + column) * length;
      taken.set(data.subarray(from, from + length), (output * order.length + k) * length);
    });
  }
  return { shape: [outputs, order.length, ...rest], data: taken };
}

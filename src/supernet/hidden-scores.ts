import type { HiddenAxis, Weights } from './network.js';

/**
 * Wanda score of every hidden unit k: (sum_j |first_kj| norm1_j + sum_i |second_ik| norm2_k) / 2, with the norms of the
 * inputs of the two layers; without norms they count as 1 (magnitude). Source: the SuperSAM method, step 3.
 */
export function hiddenScores(
  weights: Weights,
  hidden: HiddenAxis,
  firstNorms?: Float64Array,
  secondNorms?: Float64Array,
): Float64Array {
  const first = weights.get(`${hidden.first}.weight`)!.data;
  const second = weights.get(`${hidden.second}.weight`)!.data;
  const units = weights.get(`${hidden.first}.weight`)!.shape[0] ?? 0;
  const inputs = first.length / units;
  const outputs = second.length / units;
  return Float64Array.from({ length: units }, (_, k) => {
    let rows = 0;
    for (let j = 0; j < inputs; j++) rows += Math.abs(first[k * inputs + j] as number) * (firstNorms?.[j] ?? 1);
    let columns = 0;
    for (let i = 0; i < outputs; i++) columns += Math.abs(second[i * units + k] as number);
    return (rows + columns * (secondNorms?.[k] ?? 1)) / 2;
  });
}

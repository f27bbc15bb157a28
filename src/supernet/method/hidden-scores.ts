import type { HiddenAxis, Weights } from '../model/network.js';

/**
 * Wanda score of every hidden unit k: (sum_j |first_kj| norm1_j + sum_i |second_ik| norm2_k) / 2, with the norms of the
 * inputs of the two layers; without norms they count as 1 (magnitude). A unit of several channels (a head) scores the sum
 * over its rows and columns. Source: the SuperSAM method, step 3.
 */
export function hiddenScores(
  weights: Weights,
  hidden: HiddenAxis,
  firstNorms?: Float64Array,
  secondNorms?: Float64Array,
): Float64Array {
  const { unit = 1, blocks = 1, rows: unitRows = unit } = hidden;
  const first = weights.get(`${hidden.first}.weight`)!;
  const second = weights.get(`${hidden.second}.weight`)!;
  const rows = first.shape[0] ?? 0;
  const units = rows / blocks / unitRows;
  const channels = units * unit;
  const scores = new Float64Array(units);
  const addTo = (index: number, amount: number) => {
    scores[index] = (scores[index] as number) + amount / 2;
  };
  const inputs = first.data.length / rows;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < inputs; j++) sum += Math.abs(first.data[row * inputs + j] as number) * (firstNorms?.[j] ?? 1);
    addTo(Math.floor((row % (units * unitRows)) / unitRows), sum);
  }
  const outputs = second.data.length / channels;
  for (let k = 0; k < channels; k++) {
    let sum = 0;
    for (let i = 0; i < outputs; i++) sum += Math.abs(second.data[i * channels + k] as number);
    addTo(Math.floor(k / unit), sum * (secondNorms?.[k] ?? 1));
  }
  return scores;
}

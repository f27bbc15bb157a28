import { parameterCount } from '../model/closed-form.js';
import { type Encoder, fullSubnet, subnetOf, type Weights } from '../model/network.js';
import { type MagnitudeRanking, removableUnits } from './ranking.js';

/** Ranks every unit that can be removed by the mean absolute weight of its matrices and kernels (Li et al., 2017), without any image. */
export function rankByMagnitude(encoder: Encoder, weights: Weights): MagnitudeRanking {
  const full = parameterCount(encoder, fullSubnet(encoder));
  return {
    format: 1,
    method: 'magnitude',
    inputSize: encoder.inputSize,
    removals: removableUnits(encoder).map(({ parameter, removed }) => {
      const names = encoder.pieces
        .filter(({ gate, width }) => gate === parameter || width === parameter)
        .flatMap(({ tensors }) => tensors)
        .filter((name) => name.endsWith('.weight'));
      return {
        parameter,
        removed,
        magnitude: meanAbsolute(names.flatMap((name) => weights.get(name) ?? [])),
        encoderParameters: full - parameterCount(encoder, subnetOf(encoder, { [parameter]: removed })),
      };
    }),
  };
}

function meanAbsolute(tensors: readonly { readonly shape: readonly number[]; readonly data: Float32Array }[]): number {
  let [sum, count] = [0, 0];
  for (const { shape, data } of tensors) {
    if (shape.length < 2) continue;
    for (const value of data) sum += Math.abs(value);
    count += data.length;
  }
  return count === 0 ? 0 : sum / count;
}

import { ModelError } from '../../errors.js';
import type { Model } from '../model/model-folder.js';
import type { Weights } from '../model/network.js';

/**
 * Matrices of two trainings that began at the same weights point nearly the same way (a cosine of 0.98 and more after 600 steps at the
 * default's rate); of hidden units in another order, or of other first weights, they are at right angles.
 */
const LEAST_COSINE = 0.5;

/**
 * The mean of networks of one architecture, tensor by tensor. Of trainings that began at the same weights it often scores above each of
 * them, at the cost of one: "Model soups" (Wortsman et al., ICML 2022); of a fine-tuning and what it began with, it keeps what the
 * fine-tuning would lose: "Robust fine-tuning of zero-shot models" (Wortsman et al., CVPR 2022).
 * What an extracted subnet says of where it comes from, the mean says too, and that it is a mean.
 * @throws ModelError for fewer than two networks, and for one that is not of the first's architecture or did not begin where it began
 */
export function average(models: readonly Model[]): Omit<Model, 'sha256'> {
  const [first, ...others] = models;
  if (first === undefined || others.length === 0) {
    throw new ModelError('MODEL_AVERAGE', `an average takes two networks or more, not ${models.length}`, {
      remedy: 'name two model folders; one that is named twice counts twice',
    });
  }
  for (const [i, other] of others.entries()) requireSameStart(first, other, i + 2);
  const weights = new Map(
    [...first.weights].map(([name, { shape }]) => [
      name,
      { shape, data: mean(models.map(({ weights }) => tensorOf(weights, name))) },
    ]),
  );
  const { provenance, ...description } = first.description;
  if (provenance === undefined) return { description, weights };
  const { weights: _, ...origin } = provenance;
  return {
    description: { ...description, provenance: { ...origin, averaged: models.map(({ sha256 }) => sha256) } },
    weights,
  };
}

function requireSameStart(first: Model, other: Model, place: number): void {
  if (architecture(first) !== architecture(other)) {
    throw new ModelError('MODEL_AVERAGE', `network ${place} has another architecture or input size than the first`, {
      remedy: 'average trainings of one network: their network.json say what differs',
    });
  }
  for (const [name, { shape, data }] of first.weights) {
    if (shape.length < 2 || cosine(data, tensorOf(other.weights, name)) >= LEAST_COSINE) continue;
    throw new ModelError(
      'MODEL_AVERAGE',
      `network ${place} did not begin at the weights of the first: ${name} is another`,
      {
        remedy:
          'average what was trained from one network, its hidden units in one order (`supersam prioritize` sorts them)',
      },
    );
  }
}

const tensorOf = (weights: Weights, name: string): Float32Array =>
  (weights.get(name) as { readonly data: Float32Array }).data;

/** What a network is, its name and where it comes from apart. */
const architecture = ({ description: { name, source, provenance, ...rest } }: Model): string => JSON.stringify(rest);

function mean(all: readonly Float32Array[]): Float32Array {
  const sums = new Float64Array(all[0]?.length ?? 0);
  for (const data of all) for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (data[i] as number);
  return Float32Array.from(sums, (sum) => sum / all.length);
}

/** 1 where either is zero: nothing contradicts. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa * bb === 0 ? 1 : ab / Math.sqrt(aa * bb);
}

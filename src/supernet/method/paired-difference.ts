import { mean } from 'simple-statistics';
import type { PromptKind } from '../data/prompts.js';
import { type Evaluation, type MaskChoice, withoutPrompts } from './evaluate.js';

/** IoU of one object, averaged over the prompts it was asked for by. */
export interface ScoredObject {
  readonly image: string;
  readonly iou: number;
}

/**
 * What `meanIou` is the mean of: one number an object, the mean over the kinds of prompts and over the evaluations (one a prompt seed,
 * all of the same objects).
 */
export function objectScores(
  evaluations: readonly Evaluation[],
  { prompt, mask }: { readonly prompt: PromptKind | 'both'; readonly mask: MaskChoice },
): ScoredObject[] {
  const kinds: readonly PromptKind[] = prompt === 'both' ? ['box', 'point'] : [prompt];
  const answers = evaluations.flatMap((evaluation) => kinds.map((kind) => evaluation[kind]?.perObject));
  const [first] = answers;
  if (first === undefined || answers.includes(undefined)) throw withoutPrompts(prompt);
  return first.map(({ image }, i) => ({ image, iou: mean(answers.map((answer) => answer?.[i]?.[mask] ?? 0)) }));
}

export interface PairedDifference {
  /** Mean over objects of `before` less `after`. */
  readonly mean: number;
  /** Of that mean; undefined when a single object was scored. */
  readonly standardError: number | undefined;
}

/**
 * How much lower the same objects score, with the standard error that pairing leaves. Objects of one image err together, so that the
 * error is taken over images (the cluster-robust error of a mean, Liang and Zeger, 1986, with n / (n - 1)); over objects when there is one image.
 */
export function pairedDifference(before: readonly ScoredObject[], after: readonly ScoredObject[]): PairedDifference {
  const differences = before.map(({ iou }, i) => iou - (after[i]?.iou ?? Number.NaN));
  const count = differences.length;
  const mean = differences.reduce((sum, each) => sum + each, 0) / count;
  const images = new Set(before.map(({ image }) => image));
  const residuals = new Map<string, number>();
  differences.forEach((difference, i) => {
    const cluster = images.size > 1 ? (before[i]?.image ?? '') : `${i}`;
    residuals.set(cluster, (residuals.get(cluster) ?? 0) + difference - mean);
  });
  const clusters = residuals.size;
  const squares = [...residuals.values()].reduce((sum, each) => sum + each ** 2, 0);
  return {
    mean,
    standardError: clusters < 2 ? undefined : Math.sqrt((clusters / (clusters - 1)) * squares) / count,
  };
}

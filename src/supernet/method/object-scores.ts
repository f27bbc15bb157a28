import { mean } from 'simple-statistics';
import { DataError } from '../../errors.js';
import type { PromptKind } from '../data/prompts.js';
import type { Evaluation, MaskChoice } from './evaluate.js';

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
  if (first === undefined || answers.includes(undefined))
    throw new DataError('DATA_PROMPTS', `the evaluation has no ${prompt} prompts`);
  return first.map(({ image }, i) => ({ image, iou: mean(answers.map((answer) => answer?.[i]?.[mask] ?? 0)) }));
}

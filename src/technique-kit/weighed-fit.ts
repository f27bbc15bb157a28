import type { Feature } from '../core/space.js';
import { type ExpectedNoise, fitWithEvidence } from './gaussian-process.js';
import type { Sample } from './learning-set.js';

/**
 * The hyperparameters of one process, the noise that was expected in them, and the number of trials they were fitted to;
 * `other`, once the two expectations were weighed, the fit of the other one and the number of trials then.
 */
export type Fit = {
  trials: number;
  noise: ExpectedNoise;
  logs: readonly number[];
  other: { trials: number; logs: readonly number[] } | null;
};

/** Evaluations of the likelihood, in the first fit and in those that start from the one before. */
const EVALUATIONS = { first: 100, later: 50 };
/** With fewer targets noise cannot be told from structure. */
const LEAST_TARGETS = 20;
/** By so much the logarithm of the evidence must speak for much noise: what is structure is worth more to a search. */
const MARGIN = 3;

/**
 * Fits the hyperparameters again where enough trials were added: at every trial up to 50, later whenever a tenth less
 * four has been added. Where `mayBeNoisy`, much noise is weighed against little whenever a tenth and one have been
 * added, by the posterior densities of both (with priors, so that neither is favoured by its number of parameters), and
 * the fit goes on with what won. While little noise wins the fit is what it would be without the other.
 */
export function refit(
  before: Fit | undefined,
  features: readonly Feature[],
  { rows, targets }: Sample,
  { trials, mayBeNoisy }: { readonly trials: number; readonly mayBeNoisy: boolean },
): Fit {
  if (before !== undefined && trials < before.trials + Math.max(1, before.trials / 10 - 4)) return before;
  const { noise = 'little', logs, other = null } = before ?? {};
  const fit = (noise: ExpectedNoise, start: readonly number[] | undefined) => {
    const evaluations = start === undefined ? EVALUATIONS.first : EVALUATIONS.later;
    const { logs, evidence } = fitWithEvidence(features, rows, targets, { start, evaluations, noise });
    return { logs: logs.map((log) => Number(log.toFixed(6))), evidence };
  };
  const own = fit(noise, logs);
  const isWeighed = mayBeNoisy && targets.length >= LEAST_TARGETS && trials >= 1.1 * (other?.trials ?? 0) + 1;
  if (!isWeighed) return { trials, noise, logs: own.logs, other };
  const rival = fit(noise === 'little' ? 'much' : 'little', other?.logs);
  const [little, much] = noise === 'little' ? [own, rival] : [rival, own];
  const isNoisy = much.evidence > little.evidence + MARGIN;
  const [chosen, left] = isNoisy ? [much, little] : [little, much];
  return { trials, noise: isNoisy ? 'much' : 'little', logs: chosen.logs, other: { trials, logs: left.logs } };
}

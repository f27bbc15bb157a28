import { dominates } from './dominance.js';

/**
 * The front with one more candidate: as it was when a member is at least as good in every loss (smaller is better),
 * otherwise without the members that the candidate dominates, and the candidate last.
 */
export function extendFront<Member extends { readonly losses: readonly number[] }>(
  front: readonly Member[],
  candidate: Member,
): Member[] {
  const isCovered = front.some(({ losses }) => losses.every((loss, i) => loss <= candidate.losses[i]!));
  if (isCovered) return [...front];
  return [...front.filter(({ losses }) => !dominates(candidate.losses, losses)), candidate];
}

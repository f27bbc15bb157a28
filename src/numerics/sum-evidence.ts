/** How much of what may be lost each bettor stakes, and its share of the wealth at the beginning. */
const BETTORS = [
  { stake: 0.3, share: 0.1 },
  { stake: 0.6, share: 0.2 },
  { stake: 0.95, share: 0.7 },
];
/** Differences smaller than this share of the bound are rounding. */
const ROUNDING = 1e-9;

/** Takes the next amount, by its place among the chances; gives the evidence so far. */
export type SumEvidence = (place: number, amount: number) => number;

/**
 * Evidence that the sum of some amounts, none below 0, is above a bound, gathered while they are looked at one by one without
 * replacement: of those that are left each comes next with a probability that is its share of their chances. It is the wealth of
 * bettors against "the sum is at most the bound" (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by
 * betting", 2024, and "Confidence sequences for sampling without replacement", 2020): where that is so it ever reaches
 * 1 / risk with a chance of at most the risk, whenever one stops looking. Infinite where what was seen leaves no doubt.
 *
 * What is left then sums to at most the bound less what was seen. An amount over its probability has the sum of what is left
 * as its mean, whatever the chances are (Horvitz and Thompson, 1952), so that a bettor whose wealth is multiplied by
 * 1 + stake (amount / probability / most that may be left - 1) gains nothing on average. Chances near the amounts themselves make that factor
 * nearly the same at every look, and then few looks are needed. The mean of several bettors' wealth is one bettor's; most of it
 * stakes much, as what is worth stopping differs clearly, the rest is for amounts of which many are 0.
 */
export function createSumEvidence(bound: number, chances: readonly number[]): SumEvidence {
  const tolerance = ROUNDING * bound;
  let seen = 0;
  let left = chances.reduce((sum, chance) => sum + chance, 0);
  let bettors = BETTORS.map(({ stake, share }) => ({ stake, wealth: share }));
  return (place, amount) => {
    const chance = chances[place] as number;
    const most = bound - seen;
    if (most > tolerance) {
      const gain = (amount * left) / chance / most - 1;
      bettors = bettors.map(({ stake, wealth }) => ({ stake, wealth: wealth * (1 + stake * gain) }));
    }
    seen += amount;
    left -= chance;
    return seen > bound + tolerance ? Infinity : bettors.reduce((sum, { wealth }) => sum + wealth, 0);
  };
}

/** How much of what may be lost is staked; each is a bettor of its own. */
const STAKES = [0.3, 0.6, 0.95];
/** How much of what the floors explain is taken off the numbers before betting. */
const SHADES = [0.3, 1];
/** Differences smaller than this share of the floors' range are rounding. */
const ROUNDING = 1e-9;

/** Takes the next number, by its place among the floors; gives the evidence so far. */
export type MeanEvidence = (place: number, value: number) => number;

/**
 * Evidence that the mean of some numbers is above 0, gathered while they are looked at one by one in random order without
 * replacement. Each is known to be no less than its floor. It is the wealth of bettors against "the mean is at most 0"
 * (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", 2024, section 5, and "Confidence
 * sequences for sampling without replacement", 2020): where that is so it ever reaches 1 / risk with a chance of at most
 * the risk, whenever one stops looking. Infinite where the numbers seen and the floors leave no doubt.
 *
 * What is left must have the mean -(sum so far) / (how many are left), or less: a bettor stakes a share of its wealth on
 * the next number being above that. The floors are known, and so is their mean over what is left, so that a part of them
 * can be taken off (a control variate); the mean of several bettors' wealth is one bettor's (the same, section 5.6). Few bettors
 * that stake much need the fewest looks: what they bet against is a clear difference, not a small one.
 */
export function createMeanEvidence(floors: readonly number[]): MeanEvidence {
  const count = floors.length;
  const middle = floors.reduce((sum, floor) => sum + floor, 0) / count;
  const tolerance = ROUNDING * floors.reduce((most, floor) => Math.max(most, Math.abs(floor)), 0);
  const left = new Set(floors.keys());
  const shaded = SHADES.map((shade) => ({
    shade,
    floors: floors.map((floor) => floor - shade * (floor - middle)),
    sum: 0,
    wealth: STAKES.map(() => 1),
  }));
  let sum = 0;
  let sumOfFloors = middle * count;
  return (place, value) => {
    for (const bettor of shaded) {
      const own = value - bettor.shade * ((floors[place] as number) - middle);
      let least = Infinity;
      for (const each of left) least = Math.min(least, bettor.floors[each] as number);
      const expected = -bettor.sum / left.size;
      const atStake = expected - least;
      if (atStake > tolerance) {
        bettor.wealth = bettor.wealth.map(
          (wealth, k) => wealth * (1 + ((STAKES[k] as number) / atStake) * (own - expected)),
        );
      }
      bettor.sum += own;
    }
    left.delete(place);
    sum += value;
    sumOfFloors -= floors[place] as number;
    if (sum + sumOfFloors > count * tolerance) return Infinity;
    return (
      shaded.reduce((all, { wealth }) => all + wealth.reduce((some, one) => some + one, 0), 0) /
      (SHADES.length * STAKES.length)
    );
  };
}

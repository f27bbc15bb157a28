import { defineTechnique, sobolPoint } from 'supersam/kit';

/** The scramble of this study's sequence and the next point of it. */
type State = { scramble: number; index: number };

/**
 * Quasi-random search: the points of a Sobol sequence (Sobol, 1967) with the direction numbers of Joe and Kuo (2008),
 * scrambled by the seed as Owen (1995) does, each turned into the legal configuration nearest to it. Fills a space more
 * evenly than random draws, with any number of trials, and learns nothing from them.
 */
export default defineTechnique({
  name: 'sobol',
  description: 'points of a scrambled Sobol sequence, which fill the space evenly (Sobol, 1967; Joe and Kuo, 2008)',
  options: {},
  create: () => ({
    init: ({ rng }): State => ({ scramble: rng.int(0, 2 ** 32 - 1), index: 0 }),
    ask({ scramble, index }: State, count, { space, rng }) {
      const proposals = Array.from({ length: count }, (_, i) =>
        space.fromUnit(sobolPoint(index + i, space.unitDimension, scramble), rng),
      );
      return [proposals, { scramble, index: index + count }];
    },
    tell: (state) => state,
  }),
});

import { type AdvanceSimplex, createSimplexSearch, defineTechnique, pointAlong } from 'supersam/kit';

/**
 * The multidirectional search of Torczon (1989) on the unit cube: all vertices are reflected through the best one; if one of
 * the reflections beats it they are tried twice as far, and the better set is taken; else all move half-way to the best. A step has
 * as many trials as the space has axes, and all of them may be measured at once. Points beyond the cube are put on its border. First
 * simplex, restarts and several objectives are as those of nelder-mead: `random`, `right` or `regular` (edges 0.25) about a random
 * point; one that has shrunk below `precision` makes way for a new one about the best trial of the study unless the last began
 * there, else about a random point; the augmented Chebyshev score of weights drawn at each start. Defaults: random, 0.01.
 */
export default defineTechnique({
  name: 'torczon',
  description: 'a simplex turns about its best vertex, grows and shrinks: multidirectional search (Torczon, 1989)',
  options: {
    start: {
      type: 'string',
      default: 'random',
      choices: ['random', 'right', 'regular'],
      description: 'shape of a first simplex',
    },
    precision: { type: 'float', default: 0.01, min: 1e-9, max: 1, description: 'extent on every axis that ends it' },
  },
  create: (options) => createSimplexSearch(options, advance),
});

const advance: AdvanceSimplex = ([first, ...others], scoreAt) => {
  const best = first!;
  const turned = (factor: number) => others.map(({ point }) => pointAlong(best.point, point, factor));
  const least = (points: readonly number[][]) => {
    const scores = points.map(scoreAt);
    return scores.some((score) => score === undefined) ? undefined : Math.min(...scores.map((score) => score ?? 0));
  };
  const [reflected, expanded, contracted] = [turned(-1), turned(-2), turned(0.5)];
  const reflection = least(reflected);
  if (reflection === undefined) return { wanted: [...reflected, ...expanded] };
  if (reflection >= best.score) return { points: [best.point, ...contracted] };
  const expansion = least(expanded);
  if (expansion === undefined) return { wanted: expanded };
  return { points: [best.point, ...(expansion < reflection ? expanded : reflected)] };
};

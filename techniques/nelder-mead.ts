import { type AdvanceSimplex, createSimplexSearch, defineTechnique, pointAlong } from 'supersam/kit';

/**
 * The simplex of Nelder and Mead (1965) on the unit cube, with the coefficients of Gao and Han (2012): reflection 1,
 * expansion 1 + 2/n, contraction 3/4 - 1/(2n), shrinkage 1 - 1/n, which for two axes are Nelder's and Mead's. Points beyond the
 * cube are put on its border. The first simplex is `random`, `right` or `regular` (edges 0.25) about a random point. One that
 * has shrunk below `precision` makes way for a new one, about the best trial of the study unless the last began there,
 * else about a random point. With several objectives a simplex follows the augmented Chebyshev score of weights
 * drawn at its start (Knowles, 2006). When more trials are asked for than the next step needs, it offers those that
 * may follow: expansion and contractions. Defaults: random, 0.01.
 */
export default defineTechnique({
  name: 'nelder-mead',
  description: 'a simplex reflects, expands and contracts; another when it is small (Nelder and Mead, 1965)',
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

const advance: AdvanceSimplex = (vertices, scoreAt) => {
  const n = vertices.length - 1;
  const others = vertices.slice(0, n).map(({ point }) => point);
  const [best, second, worst] = [vertices[0]!, vertices[n - 1]!, vertices[n]!];
  const centroid = best.point.map((_, i) => others.reduce((sum, point) => sum + point[i]!, 0) / n);
  const axes = Math.max(2, n);
  const contraction = 0.75 - 1 / (2 * axes);
  const reflected = pointAlong(centroid, worst.point, -1);
  const expanded = pointAlong(centroid, worst.point, -1 - 2 / axes);
  const outside = pointAlong(centroid, worst.point, -contraction);
  const inside = pointAlong(centroid, worst.point, contraction);
  const instead = (point: number[]) => ({ points: [...others, point] });

  const reflection = scoreAt(reflected);
  if (reflection === undefined) return { wanted: [reflected, expanded, outside, inside] };
  if (reflection < best.score) {
    const expansion = scoreAt(expanded);
    if (expansion === undefined) return { wanted: [expanded] };
    return instead(expansion < reflection ? expanded : reflected);
  }
  if (reflection < second.score) return instead(reflected);
  const isOutside = reflection < worst.score;
  const contracted = isOutside ? outside : inside;
  const score = scoreAt(contracted);
  if (score === undefined) return { wanted: [contracted] };
  if (isOutside ? score <= reflection : score < worst.score) return instead(contracted);
  const shrunk = vertices.slice(1).map(({ point }) => pointAlong(best.point, point, 1 - 1 / axes));
  return { points: [best.point, ...shrunk] };
};

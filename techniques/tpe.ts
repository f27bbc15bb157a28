import {
  askModel,
  type Configuration,
  type Context,
  chosenTrials,
  createParzen,
  defineTechnique,
  type SearchSpace,
  splitTrials,
  stillAsked,
} from 'supersam/kit';

/** Configurations asked for and not told yet, oldest first. */
type State = { asked: Configuration[] };

/** The good are this part of the trials, and never more than so many (Bergstra et al., 2013). */
const GOOD = { share: 0.1, most: 25 };

/**
 * Tree-structured Parzen estimator (Bergstra et al., 2011), multivariate (Falkner et al., 2018): of candidates drawn
 * from the density of good trials, the one whose ratio to the density of bad ones is highest. Conditional parameters
 * are modelled over the trials in which they are active. With several objectives good trials are those of the first
 * fronts, weighed by hypervolume contribution (MOTPE: Ozaki et al., 2022). Trials that could not be measured, and those
 * being measured, count as bad. Defaults are those of Optuna: 10 trials to start, 24 candidates. An ask is bounded: the
 * densities take `points` trials, the best half and an even spread of the others.
 */
export default defineTechnique({
  name: 'tpe',
  description: 'multivariate tree-structured Parzen estimators; MOTPE for many objectives (Bergstra et al., 2011)',
  modelBased: true,
  options: {
    startup: {
      type: 'integer',
      default: 10,
      min: 2,
      max: 10_000,
      description: 'complete trials before the first model',
    },
    candidates: { type: 'integer', default: 24, min: 1, max: 10_000, description: 'configurations compared an ask' },
    points: { type: 'integer', default: 500, min: 10, max: 10_000, description: 'trials in the densities at most' },
  },
  create: ({ startup, candidates, points }) => ({
    init: (): State => ({ asked: [] }),

    ask(state: State, count, context) {
      const { proposals, asked } = askModel(context, state.asked, { count, startup }, (open, isTaken) => {
        const chosen = chosenTrials(context, points);
        if (chosen.length < 2) return undefined;
        const { space, rng } = context;
        const unmeasured = context.trials.filter(({ values }) => values === null).slice(-points);
        const split = splitTrials(
          chosen.map(({ losses }) => losses),
          Math.min(GOOD.most, Math.ceil(GOOD.share * context.trials.length), chosen.length - 1),
        );
        const good = split.good.map((i) => point(space, chosen[i]!.configuration));
        const bad = [
          ...split.bad.map((i) => chosen[i]!.configuration),
          ...unmeasured.map(({ configuration }) => configuration),
          ...open,
        ].map((configuration) => point(space, configuration));
        const likely = createParzen(space.features, good, split.weights);
        const unlikely = createParzen(
          space.features,
          bad,
          bad.map(() => 1),
        );
        let [best, highest] = [undefined as Configuration | undefined, -Infinity];
        for (let k = 0; k < candidates; k++) {
          const drawn = space.fromUnit(unit(space, likely.sample(rng)), rng);
          if (isTaken(space.key(drawn))) continue;
          const row = point(space, drawn);
          const ratio = likely.logDensity(row) - unlikely.logDensity(row);
          if (ratio > highest) [best, highest] = [drawn, ratio];
        }
        return best ?? mutant(context, chosen[split.good[0]!]!.configuration, isTaken);
      });
      return [proposals, { asked }];
    },

    tell: ({ asked }, trials, context) => ({ asked: stillAsked(asked, trials, context) }),
  }),
});

/**
 * Every feature has its axis of the unit cube: categories as indices, numbers on the axis, -1 for what is inactive. A memo, as the same
 * trials are looked at again at each ask.
 */
function point(space: SearchSpace, configuration: Configuration): readonly number[] {
  const known = pointMemo.get(space) ?? new WeakMap<Configuration, readonly number[]>();
  pointMemo.set(space, known);
  const found = known.get(configuration) ?? pointOf(space, configuration);
  known.set(configuration, found);
  return found;
}

const pointMemo = new WeakMap<SearchSpace, WeakMap<Configuration, readonly number[]>>();

function pointOf(space: SearchSpace, configuration: Configuration): number[] {
  const axes = space.toUnit(configuration);
  const encoded = space.encode(configuration);
  return space.features.map(({ kind }, d) =>
    kind === 'category' || encoded[d]! < 0 ? (encoded[d] as number) : (axes[d] as number),
  );
}

const unit = ({ features }: SearchSpace, drawn: readonly number[]) =>
  drawn.map((x, d) => (features[d]!.kind === 'category' ? (x + 0.5) / features[d]!.cardinality : x));

/** Where the densities have narrowed down to what was measured: a step away from the best. */
function mutant({ space, rng }: Context, parent: Configuration, isTaken: (key: string) => boolean) {
  for (let attempt = 0; attempt < 16; attempt++) {
    const child = space.mutate(parent, { rate: attempt / 16 }, rng);
    if (!isTaken(space.key(child))) return child;
  }
  return undefined;
}

import {
  askModel,
  type Configuration,
  createRandomForest,
  defineTechnique,
  learningSet,
  logExpectedImprovement,
  maximizeAcquisition,
  type Sample,
  stillAsked,
} from 'supersam/kit';

/** Configurations asked for and not told yet, oldest first. */
type State = { asked: Configuration[] };

/**
 * SMAC (Hutter, Hoos and Leyton-Brown, 2011): a random forest for every objective, whose trees' disagreement is the
 * uncertainty; expected improvement, with several objectives of the hypervolume, found by local search from the best
 * trials; random configurations interleaved, so that nothing is overlooked for ever. Where some configurations could
 * not be measured, a forest of their own predicts the chance. 10 trees that choose among 5/6 of the features as in
 * SMAC; one configuration in 8 is random rather than one in 2, for budgets of hundreds of trials. An ask is bounded:
 * forests grow from `points` trials, the best half and an even spread of the others.
 */
export default defineTechnique({
  name: 'random-forest',
  description: 'random forests, expected (hypervolume) improvement, interleaved random (SMAC: Hutter et al., 2011)',
  modelBased: true,
  options: {
    startup: {
      type: 'integer',
      default: 10,
      min: 2,
      max: 10_000,
      description: 'complete trials before the first model',
    },
    trees: { type: 'integer', default: 10, min: 2, max: 1000, description: 'trees of a forest' },
    share: {
      type: 'float',
      default: 0.83,
      min: 0.01,
      max: 1,
      description: 'part of the features a split chooses from',
    },
    leaf: { type: 'integer', default: 2, min: 1, max: 1000, description: 'trials of a leaf at least' },
    random: { type: 'float', default: 0.125, min: 0, max: 1, description: 'chance of a random configuration' },
    points: { type: 'integer', default: 400, min: 10, max: 10_000, description: 'trials a forest grows from at most' },
    candidates: { type: 'integer', default: 400, min: 10, max: 100_000, description: 'configurations scored an ask' },
  },
  create: ({ startup, trees, share, leaf, random, points, candidates }) => ({
    init: (): State => ({ asked: [] }),

    ask(state: State, count, context) {
      const { space, rng } = context;
      const { proposals, asked } = askModel(context, state.asked, { count, startup }, (_, isTaken) => {
        const set = learningSet(context);
        if (set === undefined || rng.float() < random) return undefined;
        const grow = ({ rows, targets }: Sample) =>
          createRandomForest(set.inputs.features, rows, targets, { trees, share, leastLeaf: leaf }, rng);
        const forests = set.samples(points).map(grow);
        const feasibility = set.feasibility(points);
        const chance = feasibility === undefined ? undefined : grow(feasibility);
        const gain = logExpectedImprovement(set.front, set.reference);
        const score = (configuration: Configuration) => {
          const row = set.inputs.encode(configuration);
          const gained = gain(forests.map((forest) => forest.predict(row)));
          return chance === undefined ? gained : gained + Math.log(Math.max(0.01, chance.predict(row).mean));
        };
        return maximizeAcquisition({ space, rng, elites: set.elites, isTaken, score, budget: candidates });
      });
      return [proposals, { asked }];
    },

    tell: ({ asked }, trials, context) => ({ asked: stillAsked(asked, trials, context) }),
  }),
});

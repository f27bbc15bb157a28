import {
  type Configuration,
  type Context,
  crowdedOrder,
  defineTechnique,
  fitRidgePredictor,
  learningSet,
  type Predictor,
  startDraw,
  toldKeys,
} from 'supersam/kit';

/** Configurations that the last predictors chose and that were not asked for yet, best first. */
type State = { chosen: Configuration[] };
/** What certain failure adds to a loss, in halves of its standard deviation. */
const UNMEASURABLE = 6;

/** Draws before the first predictors keep away from so many of the latest trials. */
const KEPT_APART = 100;
/** Parameters that evolution may set, members times their parameters: bounds the time in wide spaces. */
const WORK = 120_000;

type Member = { readonly configuration: Configuration; readonly key: string; readonly losses: readonly number[] };

/**
 * Evolution on predictors (LINAS: Cummings et al., 2022): cheap predictors are trained on all trials, one for every
 * objective; NSGA-II evolves a population on what they predict, which costs no measuring; the best of it that was not
 * measured is measured next, and the predictors are trained again. Predictors are ridge regressions on one column for
 * every choice. A quarter of what is measured are mutants of the best trials, where predictors would repeat their errors.
 * Batches are smaller than the paper's 50, for budgets of hundreds of trials. An ask is bounded: predictors learn from
 * `points` trials, the best half and an even spread of the others; in spaces of hundreds of parameters from fewer, with
 * smaller and fewer generations.
 */
export default defineTechnique({
  name: 'predictor-evolution',
  description: 'evolves on predictors trained on all trials, measures the best (LINAS: Cummings et al., 2022)',
  modelBased: true,
  options: {
    startup: { type: 'integer', default: 10, min: 2, max: 10_000, description: 'trials before the first predictors' },
    batch: { type: 'integer', default: 4, min: 1, max: 1000, description: 'trials measured between trainings' },
    population: { type: 'integer', default: 40, min: 4, max: 10_000, description: 'members of a generation' },
    generations: { type: 'integer', default: 12, min: 1, max: 10_000, description: 'generations on the predictors' },
    explore: {
      type: 'float',
      default: 0.2,
      min: 0,
      max: 1,
      description: 'part of a batch that mutates the best trials',
    },
    points: { type: 'integer', default: 250, min: 10, max: 2000, description: 'trials predictors learn from at most' },
  },
  create: (options) => ({
    init: (): State => ({ chosen: [] }),

    ask({ chosen }: State, count, context) {
      const { space, trials } = context;
      if (trials.length < options.startup) {
        const told = trials.map(({ configuration }) => configuration);
        const proposals: Configuration[] = [];
        while (proposals.length < count) proposals.push(startDraw(context, [...told, ...proposals].slice(-KEPT_APART)));
        return [proposals, { chosen: [] }];
      }
      const taken = toldKeys(space, trials);
      const left = chosen.filter((configuration) => !taken.has(space.key(configuration)));
      const queue = left.length > 0 ? left : choose(context, taken, options);
      return [queue.slice(0, count), { chosen: queue.slice(count) }];
    },

    tell: (state) => state,
  }),
});

interface Options {
  readonly batch: number;
  readonly population: number;
  readonly generations: number;
  readonly explore: number;
  readonly points: number;
}

function choose(context: Context, taken: ReadonlySet<string>, options: Options): Configuration[] {
  const { space, rng } = context;
  const { batch, explore, points } = options;
  const work = WORK / space.parameters.length;
  const population = Math.max(4, Math.min(options.population, Math.floor(work / 4)));
  const generations = Math.max(1, Math.min(options.generations, Math.floor(work / population)));
  const set = learningSet(context);
  if (set === undefined) return [space.sample(rng)];
  const { features, encode } = set.inputs;
  const predictors = set.samples(points).map(({ rows, targets }) => fitRidgePredictor(features, rows, targets));
  const feasibility = set.feasibility(points);
  const chance = feasibility && fitRidgePredictor(features, feasibility.rows, feasibility.targets);
  const member = (configuration: Configuration): Member => ({
    configuration,
    key: space.key(configuration),
    losses: predict(encode(configuration), predictors, chance),
  });
  const found = new Map<string, Member>();
  const fill = Math.max(0, population - set.elites.length);
  let parents = [...set.elites, ...Array.from({ length: fill }, () => space.sample(rng))].map(member);
  for (let generation = 0; generation < generations; generation++) {
    const win = () => parents[Math.min(rng.int(0, parents.length - 1), rng.int(0, parents.length - 1))] as Member;
    const children = Array.from({ length: population }, () => {
      const crossed = space.crossover(win().configuration, win().configuration, rng);
      return member(rng.float() < 0.5 ? space.mutate(crossed, { rate: 0 }, rng) : crossed);
    });
    const all = [...new Map([...parents, ...children].map((own) => [own.key, own])).values()];
    parents = best(all, population);
    for (const own of parents) if (!taken.has(own.key)) found.set(own.key, own);
  }
  const mutants = Array.from({ length: Math.round(explore * batch) }, () =>
    space.mutate(rng.pick(set.elites), { rate: 1 / space.parameters.length }, rng),
  );
  const screened = best([...found.values()], batch - mutants.length).map(({ configuration }) => configuration);
  return [...screened, ...mutants];
}

/** Each loss grows where it is likelier than not that there will be none. */
const predict = (row: readonly number[], predictors: readonly Predictor[], chance: Predictor | undefined) => {
  const penalty = chance === undefined ? 0 : UNMEASURABLE * Math.max(0, 0.5 - chance(row));
  return predictors.map((predictor) => predictor(row) + penalty);
};

const best = (members: readonly Member[], count: number) =>
  crowdedOrder(members.map(({ losses }) => losses))
    .slice(0, count)
    .map((i) => members[i] as Member);

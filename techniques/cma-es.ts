import {
  adaptCmaDistribution,
  type CmaDistribution,
  type Context,
  createCmaDistribution,
  crowdedOrder,
  defineTechnique,
  drawCmaPoint,
  type FinishedTrial,
  front,
  losses,
  type Rng,
  type SearchSpace,
} from 'supersam/kit';

/** A point of the unit cube that was measured; no losses where that failed. */
type Told = { x: readonly number[]; losses: readonly number[] | null; improvement: number };
/**
 * The distribution and its points a generation; the points that were proposed and those that were told since; the best
 * first loss of this run and the generations since it was found.
 */
type State = {
  distribution: CmaDistribution;
  lambda: number;
  open: { key: string; x: number[] }[];
  told: Told[];
  best: number | null;
  stall: number;
};

/** Beyond this many axes only the variances are learned. */
const FULL = 40;
const RESAMPLES = 10;
const MOST_DOUBLINGS = 3;
/** Standard deviations at which a continuum is as good as a point. */
const TINY = 1e-12;

/**
 * CMA-ES (Hansen, 2016) on the unit cube of the space, with restarts of doubled population (IPOP: Auger and Hansen,
 * 2005), at most eight times the first. Beyond 40 axes it learns variances alone (Ros and Hansen, 2008), so that state
 * and time stay linear there.
 *
 * - Bounds: points outside are drawn again up to 10 times, then put on the boundary.
 * - Integers, ordinals and categories (in the order of their choices) are rounded to the cell a point falls in; it
 *   learns from the point before rounding. No axis gets so narrow that it never leaves its cell: about one discrete
 *   axis changes a draw. Orders are sorted random keys. Conditions and constraints: the nearest legal configuration.
 * - Several objectives: a generation is ranked by the hypervolume each point gained, then by front and crowding; a
 *   restart begins at a member of the front.
 * - Workers: points of earlier generations count in the one that hears of them. A trial of another author is injected
 *   when it improved (Hansen, 2011). Trials without values rank last; a generation waits for values of half of it.
 *
 * Defaults: the first run starts in the middle with the standard deviation 0.3 and 4 + 3 ln n points a generation.
 */
export default defineTechnique({
  name: 'cma-es',
  description: 'adapts a normal distribution on the unit cube, with restarts (CMA-ES: Hansen, 2016)',
  options: {
    sigma: { type: 'float', default: 0.3, min: 0.001, max: 1, description: 'first standard deviation of every axis' },
    population: {
      type: 'integer',
      default: 0,
      min: 0,
      max: 1000,
      description: 'points a generation; 0 for 4 + 3 ln n',
    },
  },
  create: ({ sigma, population }) => {
    const first = (n: number) => Math.max(4, population === 0 ? 4 + Math.floor(3 * Math.log(n)) : population);
    const begin = (mean: readonly number[], lambda: number): State => {
      const distribution = createCmaDistribution(mean, sigma, mean.length > FULL);
      return { distribution, lambda, open: [], told: [], best: null, stall: 0 };
    };
    const restart = (lambda: number, context: Context): State => {
      const most = first(context.space.unitDimension) * 2 ** MOST_DOUBLINGS;
      return begin(restartPoint(context), Math.min(most, 2 * lambda));
    };
    return {
      init: ({ space }): State => begin(new Array(space.unitDimension).fill(0.5), first(space.unitDimension)),

      ask(state: State, count, { space, rng }) {
        const drawn = Array.from({ length: count }, () => {
          const x = drawInside(state.distribution, rng);
          return { x, configuration: space.fromUnit(x, rng) };
        });
        const open = drawn.map(({ x, configuration }) => ({ key: space.key(configuration), x }));
        // Proposals that were turned away never come back; four generations of open ones are more than workers need.
        const kept = [...state.open, ...open].slice(-Math.max(count, 4 * state.lambda));
        return [drawn.map(({ configuration }) => configuration), { ...state, open: kept }];
      },

      tell: (state, trials, context) =>
        trials.reduce<State>((before, trial) => {
          const heard = hear(before, trial, context);
          const { told, lambda } = heard;
          const measured = told.filter((point) => point.losses !== null).length;
          if (told.length >= lambda && 2 * measured >= lambda) {
            return adapt(heard, context.space) ?? restart(lambda, context);
          }
          return told.length < 4 * lambda ? heard : restart(lambda, context);
        }, state),
    };
  },
});

/** Several objectives: a member of the front; one: anywhere. */
function restartPoint({ space, objectives, trials, rng }: Context): number[] {
  const complete = objectives.length === 1 ? [] : trials.filter(({ values }) => values !== null);
  if (complete.length === 0) return space.toUnit(space.sample(rng));
  const members = front(complete.map(({ values }) => losses(values!, objectives)));
  return space.toUnit(complete[rng.pick(members)]!.configuration);
}

function drawInside(distribution: CmaDistribution, rng: Rng): number[] {
  for (let attempt = 0; ; attempt++) {
    const x = drawCmaPoint(distribution, rng);
    if (x.every((own) => own >= 0 && own <= 1)) return x;
    if (attempt === RESAMPLES) return x.map((own) => Math.min(1, Math.max(0, own)));
  }
}

function hear(state: State, trial: FinishedTrial, { space, objectives }: Context): State {
  const key = space.key(trial.configuration);
  const asked = state.open.find((entry) => entry.key === key);
  if (asked === undefined && trial.improvement === 0) return state;
  const point: Told = {
    x: asked?.x ?? space.toUnit(trial.configuration),
    losses: trial.values === null ? null : losses(trial.values, objectives),
    improvement: trial.improvement,
  };
  return { ...state, told: [...state.told, point], open: state.open.filter((entry) => entry !== asked) };
}

/** The state with the next generation's distribution; null when the run is over. */
function adapt(state: State, { features, unitDimension: n }: SearchSpace): State | null {
  const points = ranked(state.told).slice(0, state.lambda);
  // Of n axes about one lies 1.1 sqrt(ln n) deviations out: half a cell, then, is left by one.
  const deviations = Math.max(1, 1.1 * Math.sqrt(Math.log(n)));
  const floor = features.map(({ cardinality }) => 0.5 / cardinality / deviations);
  const xs = points.map(({ x }) => x);
  const distribution = adaptCmaDistribution(state.distribution, xs, floor);
  if (distribution === null) return null;
  const found = points[0]!.losses![0]!;
  const isBetter =
    points[0]!.losses!.length > 1
      ? points.some(({ improvement }) => improvement > 0)
      : state.best === null || found < state.best;
  const stall = isBetter ? 0 : state.stall + 1;
  const isPoint = distribution.covariance.every(
    (row, i) => floor[i] === 0 && distribution.sigma * Math.sqrt(row.at(-1)!) < TINY,
  );
  if (isPoint || stall > 10 + Math.ceil((30 * n) / state.lambda)) return null;
  return { ...state, distribution, told: [], best: isBetter ? found : state.best, stall };
}

/** Best first: several objectives by what was gained, then all by front and crowding; failures last. */
function ranked(told: readonly Told[]): Told[] {
  const complete = told.filter((point) => point.losses !== null);
  const order = crowdedOrder(complete.map((point) => point.losses!)).map((i) => complete[i]!);
  const isMany = (complete[0]?.losses?.length ?? 1) > 1;
  const sorted = isMany ? order.sort((a, b) => b.improvement - a.improvement) : order;
  return [...sorted, ...told.filter((point) => point.losses === null)];
}

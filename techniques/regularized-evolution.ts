import { type Configuration, defineTechnique, dominates, losses } from 'supersam';

type Member = { configuration: Configuration; losses: readonly number[] };
/** The youngest complete trials, oldest first. */
type State = { population: Member[] };

/**
 * Regularised (aging) evolution (Real, Aggarwal, Huang and Le, 2019): the winner of a tournament is mutated, the oldest
 * member dies. With several objectives the tournament goes by non-dominated rank, then by crowding distance (Deb et al.,
 * 2002), within the population. Population and tournament are smaller than the paper's 100 and 25, for budgets of
 * hundreds of trials rather than tens of thousands.
 */
export default defineTechnique({
  name: 'regularized-evolution',
  description:
    'tournament winners mutate, the oldest die (Real et al., 2019); by rank and crowding for many objectives',
  options: {
    population: { type: 'integer', default: 20, min: 2, max: 10_000, description: 'members kept' },
    tournament: {
      type: 'integer',
      default: 5,
      min: 1,
      max: 10_000,
      description: 'members that compete to be the parent',
    },
    rate: {
      type: 'float',
      default: 0.05,
      min: 0,
      max: 1,
      description: 'chance of each parameter to change; one always does',
    },
  },
  create: (options) => ({
    init: (): State => ({ population: [] }),

    ask(state: State, count, { space, rng }) {
      const { population } = state;
      if (population.length < options.population) {
        return [Array.from({ length: count }, () => space.sample(rng)), state];
      }
      const order = ranking(population.map((member) => member.losses));
      const propose = () => {
        const rivals = Array.from({ length: options.tournament }, () => rng.int(0, population.length - 1));
        const winner = rivals.reduce((best, rival) =>
          (order[rival] as number) < (order[best] as number) ? rival : best,
        );
        return space.mutate((population[winner] as Member).configuration, { rate: options.rate }, rng);
      };
      return [Array.from({ length: count }, propose), state];
    },

    tell({ population }, trials, { objectives }) {
      const born = trials.flatMap(({ configuration, values }) =>
        values === null ? [] : [{ configuration, losses: losses(values, objectives) }],
      );
      return { population: [...population, ...born].slice(-options.population) };
    },
  }),
});

/** The place of every point: by front, within a front the least crowded first, equals the youngest first. */
function ranking(points: readonly (readonly number[])[]): number[] {
  const ranks = frontRanks(points);
  const crowding = crowdingDistances(points, ranks);
  const order = points
    .map((_, i) => i)
    .sort((a, b) => (ranks[a] as number) - (ranks[b] as number) || compare(crowding[b], crowding[a]) || b - a);
  const places: number[] = [];
  for (const [place, i] of order.entries()) places[i] = place;
  return places;
}

/** Two infinite distances are equal, not NaN apart. */
const compare = (a = 0, b = 0) => (a === b ? 0 : a < b ? -1 : 1);

/** 0 for the non-dominated points, 1 for those that are so without them, and so on. */
function frontRanks(points: readonly (readonly number[])[]): number[] {
  const ranks = new Array<number>(points.length).fill(-1);
  for (let rank = 0; ranks.includes(-1); rank++) {
    const left = points.map((_, i) => i).filter((i) => ranks[i] === -1);
    const isFirst = (i: number) => !left.some((j) => dominates(points[j] ?? [], points[i] ?? []));
    for (const i of left.filter(isFirst)) ranks[i] = rank;
  }
  return ranks;
}

/** Side lengths of the box between a point's neighbours in its front, added up; infinite at a front's ends. */
function crowdingDistances(points: readonly (readonly number[])[], ranks: readonly number[]): number[] {
  const distances = new Array<number>(points.length).fill(0);
  for (const rank of new Set(ranks)) {
    const front = points.map((_, i) => i).filter((i) => ranks[i] === rank);
    for (const axis of points[0]?.keys() ?? []) {
      const at = (i: number | undefined) => points[i ?? -1]?.[axis] ?? 0;
      const sorted = front.toSorted((a, b) => at(a) - at(b));
      const range = at(sorted.at(-1)) - at(sorted[0]) || 1;
      for (const [place, i] of sorted.entries()) {
        const isEnd = place === 0 || place === sorted.length - 1;
        distances[i] =
          (distances[i] ?? 0) + (isEnd ? Infinity : (at(sorted[place + 1]) - at(sorted[place - 1])) / range);
      }
    }
  }
  return distances;
}

import { type Configuration, crowdingDistance, defineTechnique, losses, nonDominatedSort } from 'supersam';

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
  const places: number[] = [];
  let place = 0;
  for (const front of nonDominatedSort(points)) {
    const crowding = crowdingDistance(front.map((i) => points[i] ?? []));
    const order = front.map((_, i) => i).sort((a, b) => descending(crowding[a], crowding[b]) || b - a);
    for (const i of order) places[front[i] as number] = place++;
  }
  return places;
}

/** Two infinite distances are equal, not NaN apart. */
const descending = (a = 0, b = 0) => (a === b ? 0 : a > b ? -1 : 1);

import { crowdedOrder, defineTechnique, type Evaluated, evaluated } from 'supersam/kit';

/** The youngest complete trials, oldest first. */
type State = { population: Evaluated[] };

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
      const order = crowdedOrder(population.map((member) => member.losses));
      const propose = () => {
        const rivals = Array.from({ length: options.tournament }, () => rng.int(0, population.length - 1));
        const winner = order.find((member) => rivals.includes(member))!;
        return space.mutate(population[winner]!.configuration, { rate: options.rate }, rng);
      };
      return [Array.from({ length: count }, propose), state];
    },

    tell: ({ population }, trials, { objectives }) => ({
      population: [...population, ...evaluated(trials, objectives)].slice(-options.population),
    }),
  }),
});

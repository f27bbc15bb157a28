import { crowdedOrder, defineTechnique, type Evaluated, evaluated, variationOptions, vary } from 'supersam/kit';

/** The best complete trials, best first. */
type State = { population: Evaluated[] };

/**
 * A steady-state genetic algorithm (Holland, 1975; Whitley's GENITOR, 1989): two different winners of tournaments have a
 * child by crossover and mutation, and it takes the place of the worst member when it is better. With several
 * objectives better means a better front, then less crowded (Deb et al., 2002). Every crossover of the space is an
 * option. Defaults: population 20, tournaments of 3, for budgets of hundreds of trials.
 */
export default defineTechnique({
  name: 'genetic',
  description: 'crossover and mutation of tournament winners, the worst is replaced (Whitley, 1989)',
  options: {
    population: { type: 'integer', default: 20, min: 2, max: 10_000, description: 'members kept' },
    tournament: {
      type: 'integer',
      default: 3,
      min: 1,
      max: 10_000,
      description: 'members that compete to be a parent',
    },
    ...variationOptions,
  },
  create: (options) => ({
    init: (): State => ({ population: [] }),

    ask(state: State, count, { space, rng }) {
      const { population } = state;
      const propose = () => {
        if (population.length < options.population) return space.sample(rng);
        const win = (size: number) =>
          Array.from({ length: options.tournament }, () => rng.int(0, size - 1)).reduce((a, b) => Math.min(a, b));
        const mother = win(population.length);
        // The father is chosen among the others.
        const other = win(population.length - 1);
        const father = other < mother ? other : other + 1;
        return vary(population[mother]!.configuration, population[father]!.configuration, options, space, rng);
      };
      return [Array.from({ length: count }, propose), state];
    },

    tell({ population }, trials, { space, objectives }) {
      const told = [...population, ...evaluated(trials, objectives)];
      // A configuration that is measured again stays one member, so that nothing can mate with its own copy.
      const all = [...new Map(told.map((member) => [space.key(member.configuration), member])).values()];
      const order = crowdedOrder(all.map((member) => member.losses));
      return { population: order.slice(0, options.population).map((i) => all[i]!) };
    },
  }),
});

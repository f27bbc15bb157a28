import { crowdedOrder, defineTechnique, type Evaluated, evaluated, variationOptions, vary } from 'supersam/kit';

/** The parents, best first, and the complete trials told since they were chosen. */
type State = { parents: Evaluated[]; offspring: Evaluated[] };

/**
 * NSGA-II (Deb, Pratap, Agarwal and Meyarivan, 2002): as soon as a generation of trials is told, the best of parents and
 * offspring, by non-dominated front and then by crowding distance, are the next parents; binary tournaments between
 * them choose who mates. Trials of whatever author count as offspring, and those that come late count in the next
 * generation, so workers never wait. Trials without values do not take part (constrained domination with no measure of
 * violation). With one objective it is a (20 + 20) evolution strategy. Defaults: population 20 rather than the paper's
 * 100, for budgets of hundreds of trials; sbx and polynomial mutation with the index 20, crossover with the chance 0.9
 * and one mutation a child, as there.
 */
export default defineTechnique({
  name: 'nsga2',
  description: 'generations chosen by non-dominated front and crowding (NSGA-II: Deb et al., 2002)',
  options: {
    population: { type: 'integer', default: 20, min: 2, max: 10_000, description: 'parents, and trials a generation' },
    ...variationOptions,
  },
  create: (options) => ({
    init: (): State => ({ parents: [], offspring: [] }),

    ask(state: State, count, { space, rng }) {
      const { parents } = state;
      const propose = () => {
        if (parents.length === 0) return space.sample(rng);
        const win = () => Math.min(rng.int(0, parents.length - 1), rng.int(0, parents.length - 1));
        const mother = win();
        let father = win();
        while (father === mother) father = rng.int(0, parents.length - 1);
        return vary(parents[mother]!.configuration, parents[father]!.configuration, options, space, rng);
      };
      return [Array.from({ length: count }, propose), state];
    },

    tell({ parents, offspring }, trials, { objectives }) {
      const told = [...offspring, ...evaluated(trials, objectives)];
      if (told.length < options.population) return { parents, offspring: told };
      const all = [...parents, ...told];
      const order = crowdedOrder(all.map((member) => member.losses));
      return { parents: order.slice(0, options.population).map((i) => all[i]!), offspring: [] };
    },
  }),
});

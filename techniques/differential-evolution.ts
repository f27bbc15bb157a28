import {
  type Configuration,
  type Context,
  crowdedOrder,
  defineTechnique,
  type Evaluated,
  evaluated,
  type FinishedTrial,
} from 'supersam/kit';

/** The population, whose turn it is, and which member each open proposal is to be compared with, oldest first. */
type State = { population: Evaluated[]; turn: number; open: { key: string; target: number }[] };

const ATTEMPTS = 8;

/**
 * Differential evolution, rand/1/bin (Storn and Price, 1997): for each member in turn, three others make a mutant a + F
 * (b - c) with F drawn from [0.5, 1) each time; every parameter (every element of an array) of the trial comes from the
 * mutant with the chance cr, one at least; it takes the member's place unless it is worse. With several objectives a
 * trial that neither dominates nor is dominated competes with all by front and crowding (GDE3: Kukkonen and Lampinen,
 * 2005). A trial of another author competes with the worst member. Where the differences have died out, so that the
 * trial is a member already, it is mutated. Defaults: population 30, cr 0.9; OpenTuner's cr is 0.2.
 */
export default defineTechnique({
  name: 'differential-evolution',
  description: 'adds differences of members to others, rand/1/bin (Storn and Price, 1997)',
  options: {
    population: { type: 'integer', default: 30, min: 4, max: 10_000, description: 'members kept' },
    cr: {
      type: 'float',
      default: 0.9,
      min: 0,
      max: 1,
      description: 'chance of each parameter to come from the mutant',
    },
  },
  create: (options) => ({
    init: (): State => ({ population: [], turn: 0, open: [] }),

    ask(state: State, count, { space, rng }) {
      const { population } = state;
      if (population.length < options.population) {
        return [Array.from({ length: count }, () => space.sample(rng)), state];
      }
      const members = population.map(({ configuration }) => configuration);
      const keys = new Set(members.map(space.key));
      const propose = (target: number): Configuration => {
        const others = rng.shuffle([...members.keys()].filter((i) => i !== target));
        const [a, b, c] = others.map((i) => members[i]!) as [Configuration, Configuration, Configuration];
        const own = members[target]!;
        const mutant = space.difference(a, b, c, 0.5 + rng.float() / 2, rng);
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
          const trial = space.crossover(own, mutant, rng, 'uniform', options.cr);
          if (space.key(trial) !== space.key(own)) return trial;
        }
        return mutant;
      };
      const proposals = Array.from({ length: count }, (_, i) => {
        const target = (state.turn + i) % members.length;
        const trial = propose(target);
        const configuration = keys.has(space.key(trial)) ? space.mutate(trial, { rate: 0 }, rng) : trial;
        return { target, configuration };
      });
      // Proposals that were turned away never come back; a population of open ones is more than workers need.
      const open = proposals.map(({ target, configuration }) => ({ key: space.key(configuration), target }));
      return [
        proposals.map(({ configuration }) => configuration),
        {
          population,
          turn: (state.turn + count) % members.length,
          open: [...state.open, ...open].slice(-Math.max(count, 4 * members.length)),
        },
      ];
    },

    tell: (state, trials, context) =>
      trials.reduce<State>((next, trial) => learn(next, trial, context, options.population), state),
  }),
});

function learn(state: State, trial: FinishedTrial, { space, objectives }: Context, size: number): State {
  const key = space.key(trial.configuration);
  const target = state.open.find((entry) => entry.key === key)?.target;
  const open = state.open.filter((entry) => entry.key !== key);
  const [member] = evaluated([trial], objectives);
  if (member === undefined) return { ...state, open };
  const { population } = state;
  return {
    ...state,
    open,
    population: population.length < size ? [...population, member] : compete(population, member, target),
  };
}

/** The population after the member met its rival, by default the worst. */
function compete(population: readonly Evaluated[], member: Evaluated, target: number | undefined): Evaluated[] {
  const rival = target ?? crowdedOrder(population.map(({ losses }) => losses)).at(-1)!;
  const against = population[rival]!.losses;
  if (member.losses.every((loss, i) => loss <= against[i]!)) return population.with(rival, member);
  if (member.losses.every((loss, i) => loss >= against[i]!)) return [...population];
  const worst = crowdedOrder([...population, member].map(({ losses }) => losses)).at(-1)!;
  return worst === population.length ? [...population] : population.with(worst, member);
}

import {
  defineTechnique,
  dominates,
  type Evaluated,
  evaluated,
  hypervolumeContributions,
  nonDominatedSort,
  referencePoint,
  variationOptions,
  vary,
} from 'supersam/kit';

type State = { population: Evaluated[] };

/** How far beyond the worst member the reference point lies, in ranges of the population. */
const MARGIN = 1;

/**
 * SMS-EMOA (Beume, Naujoks and Emmerich, 2007): two random members have a child; of the members and the child the one
 * that is needed least dies. That is, while there is more than one front, the member of the last one that most others
 * dominate; then the one whose loss costs the least hypervolume, up to a reference point beyond the worst members by
 * the range of the population (the paper's is 1 beyond, for objectives of about that range). With one objective the
 * worst dies. Defaults: population 20 rather than the paper's 100, for budgets of hundreds of trials; sbx with the
 * index 20 and chance 0.9, one mutation a child.
 */
export default defineTechnique({
  name: 'sms-emoa',
  description: 'the member that adds the least hypervolume dies (SMS-EMOA: Beume et al., 2007)',
  options: {
    population: { type: 'integer', default: 20, min: 2, max: 1000, description: 'members kept' },
    ...variationOptions,
  },
  create: (options) => ({
    init: (): State => ({ population: [] }),

    ask(state: State, count, { space, rng }) {
      const { population } = state;
      const propose = () => {
        if (population.length < options.population) return space.sample(rng);
        const [mother, father] = rng.shuffle(population) as [Evaluated, Evaluated];
        return vary(mother.configuration, father.configuration, options, space, rng);
      };
      return [Array.from({ length: count }, propose), state];
    },

    tell: ({ population }, trials, { objectives }) => ({
      population: evaluated(trials, objectives).reduce<Evaluated[]>(
        (members, member) => survivors(members.concat(member), options.population),
        population,
      ),
    }),
  }),
});

function survivors(members: Evaluated[], size: number): Evaluated[] {
  return members.length <= size ? members : members.toSpliced(leastNeeded(members.map(({ losses }) => losses)), 1);
}

function leastNeeded(points: readonly (readonly number[])[]): number {
  const fronts = nonDominatedSort(points);
  const last = fronts.at(-1)!;
  const worth =
    fronts.length > 1
      ? last.map((i) => -points.filter((other) => dominates(other, points[i]!)).length)
      : hypervolumeContributions(points, referencePoint(points, MARGIN));
  return last[worth.indexOf(Math.min(...worth))]!;
}

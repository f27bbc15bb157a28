import {
  type Configuration,
  createRng,
  defineTechnique,
  extendFront,
  findTrial,
  keyOf,
  losses,
  type SearchSpace,
} from 'supersam/kit';

/** A configuration of this climb that no other of it beats, and whether all its neighbours were looked at. */
type Member = { configuration: Configuration; losses: readonly number[]; explored: boolean };
/** The front of this climb, the member whose neighbours are being looked at in the order of a seed, and what is open. */
type State = {
  front: readonly Member[];
  parent: { configuration: Configuration; order: number; next: number } | null;
  open: Configuration[];
};

/** Neighbours that may be passed over in one ask because their results are known. */
const LOOKS = 1000;

/**
 * Hill climbing to the first better neighbour, in random order, from random configurations: a new one whenever a climb
 * has arrived where no neighbour is better. With several objectives it is Pareto local search (Paquete, Chiarandini and
 * Stützle, 2004): a climb keeps the front of what it found, and goes on from a random member whose neighbours were not
 * all looked at. What another technique finds joins the climb if it is an improvement of the study. No options.
 */
export default defineTechnique({
  name: 'hill-climb',
  description: 'first better neighbour, restarted at optima; Pareto local search (Paquete et al., 2004)',
  options: {},
  create: () => ({
    init: (): State => ({ front: [], parent: null, open: [] }),

    ask(state: State, count, { space, rng, trials, objectives }) {
      let { front, parent } = state;
      const open = [...state.open];
      const proposals: Configuration[] = [];
      const isOnFront = (configuration: Configuration) => {
        const key = space.key(configuration);
        return front.some((member) => keyOf(space, member.configuration) === key);
      };
      const propose = (configuration: Configuration) => {
        open.push(configuration);
        proposals.push(configuration);
      };
      let neighbours: readonly Configuration[] | undefined;

      for (let look = 0; look < LOOKS && proposals.length < count; look++) {
        if (parent === null || !isOnFront(parent.configuration)) {
          neighbours = undefined;
          const unexplored = front.filter(({ explored }) => !explored);
          if (unexplored.length > 0) {
            parent = { configuration: rng.pick(unexplored).configuration, order: rng.int(0, 2 ** 31), next: 0 };
          } else {
            // What is open may still lead on from here.
            if (open.length > 0) break;
            front = [];
            propose(space.sample(rng));
            continue;
          }
        }
        neighbours ??= shuffled(space, parent);
        const neighbour = neighbours[parent.next];
        if (neighbour === undefined) {
          front = explored(front, parent.configuration, space);
          parent = null;
          continue;
        }
        parent = { ...parent, next: parent.next + 1 };
        const known = findTrial(trials, neighbour);
        if (known === undefined) {
          const key = space.key(neighbour);
          if (!open.some((other) => keyOf(space, other) === key)) propose(neighbour);
        } else if (known.values !== null) {
          front = extendFront(front, member(neighbour, losses(known.values, objectives)));
        }
      }
      return [proposals, { front, parent, open }];
    },

    tell({ front, parent, open }, trials, { space, objectives }) {
      for (const { configuration, values, improvement } of trials) {
        const key = space.key(configuration);
        const own = open.findIndex((other) => keyOf(space, other) === key);
        if (own >= 0) open = open.toSpliced(own, 1);
        if (values === null || (own < 0 && improvement <= 0)) continue;
        front = extendFront(front, member(configuration, losses(values, objectives)));
      }
      return { front, parent, open };
    },
  }),
});

const member = (configuration: Configuration, point: readonly number[]): Member => ({
  configuration,
  losses: point,
  explored: false,
});

const shuffled = (space: SearchSpace, { configuration, order }: { configuration: Configuration; order: number }) =>
  createRng('neighbours', order).shuffle(space.neighbours(configuration));

const explored = (front: readonly Member[], configuration: Configuration, space: SearchSpace): Member[] => {
  const key = space.key(configuration);
  return front.map((other) => (keyOf(space, other.configuration) === key ? { ...other, explored: true } : other));
};

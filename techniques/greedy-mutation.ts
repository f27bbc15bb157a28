import { defineTechnique, type Evaluated, evaluated, extendFront } from 'supersam/kit';

/** The non-dominated configurations told so far; with one objective, the best alone. */
type State = { front: Evaluated[] };

/**
 * Mutates the best configuration (with several objectives a random one of the front), whoever found it: the greedy
 * mutation of OpenTuner (Ansel et al., 2014). Defaults are its own: uniform at rate 0.1; normal goes with rate 0.3.
 */
export default defineTechnique({
  name: 'greedy-mutation',
  description: 'mutates the best configuration, or one of the front (Ansel et al., 2014)',
  options: {
    kind: {
      type: 'string',
      default: 'uniform',
      choices: ['uniform', 'normal'],
      description: 'draw a changed parameter afresh, or step from its value',
    },
    rate: { type: 'float', default: 0.1, min: 0, max: 1, description: 'chance of each parameter to change' },
    sigma: { type: 'float', default: 0.1, min: 0, max: 1, description: 'step of normal mutation on the unit axis' },
  },
  create: ({ kind, rate, sigma }) => ({
    init: (): State => ({ front: [] }),

    ask(state: State, count, { space, rng }) {
      const options = { rate, sigma, kind: kind === 'normal' ? 'normal' : 'uniform' } as const;
      const propose = () =>
        state.front.length === 0 ? space.sample(rng) : space.mutate(rng.pick(state.front).configuration, options, rng);
      return [Array.from({ length: count }, propose), state];
    },

    tell: ({ front }, trials, { objectives }) => ({
      front: evaluated(trials, objectives).reduce<Evaluated[]>(extendFront, front),
    }),
  }),
});

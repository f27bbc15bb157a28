import { createParts, defineTechnique, type Json } from 'supersam/kit';

/** The states of the parts in their order, the part asked last, and the one whose turn is next. */
type State = { parts: Json[]; last: number; turn: number };

/**
 * Asks other techniques in turn (the round robin of OpenTuner; Ansel et al., 2014). A part that offers nothing now passes its
 * turn on to the next. All hear of every trial, so that one improves on what another found; by hypervolume gained
 * where there are several objectives, as far as the parts do. Default parts: one of each local family and one that
 * explores.
 */
export default defineTechnique({
  name: 'round-robin',
  description: 'other techniques in turn, each hearing of what the others find (OpenTuner; Ansel et al., 2014)',
  options: {
    parts: {
      type: 'string',
      default: 'regularized-evolution+hill-climb+nelder-mead+greedy-mutation',
      description: 'techniques to ask in turn, joined by "+", options in brackets',
    },
  },
  parts: 'parts',
  create(_, techniques) {
    const parts = createParts(techniques);
    return {
      init: (context): State => ({ parts: parts.init(context), last: 0, turn: 0 }),
      ask(state: State, count, context) {
        const { proposals, states, asked } = parts.ask(state.parts, parts.inTurn(state.turn), count, context);
        if (asked === null) return [[], { ...state, parts: states }];
        return [proposals, { parts: states, last: asked, turn: (asked + 1) % techniques.length }];
      },
      tell: (state, trials, context) => ({ ...state, parts: parts.tell(state.parts, trials, context) }),
      proposer: ({ parts: states, last }) => parts.proposer(states, last),
    };
  },
});

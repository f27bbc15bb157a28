import { type Context, createParts, defineTechnique, type FinishedTrial, type Json } from 'supersam/kit';

/** What a part did since it was born: trials in all, trials and improvement since the last review. */
type Record = { trials: number; recent: number; gained: number };
/** The states and records of the parts in their order, the part asked last, whose turn is next, trials since the review. */
type State = { parts: Json[]; records: Record[]; last: number; turn: number; told: number };

/**
 * Asks other techniques in turn and starts the worst of them anew now and then: the recycling meta-technique of OpenTuner
 * (Ansel et al., 2014) without its faults. Every `window` trials the parts are reviewed by what they gained since the last
 * review, per trial (gain over the best; hypervolume gained with several objectives). The worst is replaced by a
 * newborn, which hears of the best trials first, if it gained less than the best by `factor` or nobody gained anything (then the
 * oldest goes). OpenTuner compares the best result of all time instead, never uses its factor, and lets a part
 * without results count as the best. A part is spared while younger than half its share of the window. Defaults: 100, 5.
 */
export default defineTechnique({
  name: 'recycling',
  description: 'other techniques in turn; those that gain least are started anew (OpenTuner; Ansel et al., 2014)',
  options: {
    parts: {
      type: 'string',
      default: 'simulated-annealing+nelder-mead+pattern-search+hill-climb',
      description: 'techniques to ask in turn, joined by "+", options in brackets',
    },
    window: { type: 'integer', default: 100, min: 1, max: 1_000_000, description: 'trials between two reviews' },
    factor: {
      type: 'float',
      default: 5,
      min: 1,
      max: 1e9,
      description: 'how many times less than the best is too little',
    },
  },
  parts: 'parts',
  create({ window, factor }, techniques) {
    const parts = createParts(techniques);
    const unborn: Record = { trials: 0, recent: 0, gained: 0 };

    function review(state: State, context: Context): State {
      const rates = state.records.map(({ recent, gained }) => gained / Math.max(1, recent));
      const best = Math.max(...rates);
      const grown = state.records.flatMap(({ trials }, i) => (trials * 2 * techniques.length >= window ? [i] : []));
      const worst = grown.reduce<number | undefined>((found, i) => {
        if (found === undefined) return i;
        const [rate, least] = [rates[i] as number, rates[found] as number];
        const isOlder = (state.records[i] as Record).trials > (state.records[found] as Record).trials;
        return rate < least || (rate === least && isOlder) ? i : found;
      }, undefined);
      const records = state.records.map(({ trials }) => ({ trials, recent: 0, gained: 0 }));
      if (worst === undefined || (best > 0 && (rates[worst] as number) * factor >= best)) {
        return { ...state, records, told: 0 };
      }
      const technique = techniques[worst] as (typeof techniques)[number];
      const newborn = technique.tell(technique.init(context), improvements(context.trials), context);
      return { ...state, parts: state.parts.with(worst, newborn), records: records.with(worst, unborn), told: 0 };
    }

    return {
      init: (context): State => ({
        parts: parts.init(context),
        records: techniques.map(() => unborn),
        last: 0,
        turn: 0,
        told: 0,
      }),
      ask(state: State, count, context) {
        const { proposals, states, asked } = parts.ask(state.parts, parts.inTurn(state.turn), count, context);
        if (asked === null) return [[], { ...state, parts: states }];
        return [proposals, { ...state, parts: states, last: asked, turn: (asked + 1) % techniques.length }];
      },
      tell(state, trials, context) {
        let records = state.records;
        for (const trial of trials) {
          const author = parts.authorOf(trial);
          if (author === undefined) continue;
          const { trials: all, recent, gained } = records[author] as Record;
          records = records.with(author, {
            trials: all + 1,
            recent: recent + 1,
            gained: gained + trial.improvement,
          });
        }
        const told = state.told + trials.length;
        const next = { ...state, parts: parts.tell(state.parts, trials, context), records, told };
        return told >= window ? review(next, context) : next;
      },
      proposer: ({ parts: states, last }) => parts.proposer(states, last),
    };
  },
});

/** The trials from which the best and the front can be told. */
const improvements = (trials: readonly FinishedTrial[]) => trials.filter(({ improvement }) => improvement > 0);

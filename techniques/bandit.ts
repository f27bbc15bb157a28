import { defineTechnique, type FinishedTrial, type Json, type Technique } from 'supersam';

/** One use of an arm. `key` names the configuration it proposed until a trial of it was told. */
type Use = { arm: number; success: boolean; key: string | null };
/** The states of the arms in their order, the arm that was asked last, and the latest uses, oldest first. */
type State = { arms: Json[]; last: number; uses: Use[] };

/**
 * The AUC bandit of OpenTuner (Fialho et al., 2010; Ansel et al., 2014): an arm's score is the area under the curve of
 * its successes, later ones weighing more, plus C times the exploration term. Unused arms come first. Success is an
 * improvement: a new best, or with several objectives hypervolume gained. A repeat never becomes a trial and so counts
 * as a failure; an arm that offers nothing now is skipped.
 */
export default defineTechnique({
  name: 'bandit',
  description:
    'shares the trials out among other techniques by their recent successes (AUC bandit: Fialho et al., 2010)',
  options: {
    arms: {
      type: 'string',
      default: 'gaussian-process+greedy-mutation',
      description: 'techniques to choose from, joined by "+", options in brackets',
    },
    window: { type: 'integer', default: 500, min: 1, max: 100_000, description: 'uses that count' },
    exploration: { type: 'float', default: 0.05, min: 0, max: 100, description: 'weight C of the exploration term' },
  },
  parts: 'arms',
  create: ({ window, exploration }, arms) => ({
    init: (context): State => ({ arms: arms.map((arm) => arm.init(context)), last: 0, uses: [] }),

    ask(state: State, count, context) {
      let { arms: states } = state;
      for (const index of byScore(arms.length, state.uses, exploration)) {
        const arm = arms[index] as Technique;
        const [proposals, next] = arm.ask(states[index] as Json, count, context);
        states = states.with(index, next);
        if (proposals.length === 0) continue;
        const used = proposals.map((proposal) => ({ arm: index, success: false, key: context.space.key(proposal) }));
        return [proposals, { arms: states, last: index, uses: [...state.uses, ...used].slice(-window) }];
      }
      return [[], { ...state, arms: states }];
    },

    tell(state, trials, context) {
      const heard = trials.map((trial) => ({ ...trial, technique: inner(trial.technique) }));
      return {
        arms: arms.map((arm, index) => arm.tell(state.arms[index] as Json, heard, context)),
        last: state.last,
        uses: trials.reduce((uses, trial) => credit(uses, trial, context.space.key(trial.configuration)), state.uses),
      };
    },

    proposer({ arms: states, last }) {
      const arm = arms[last] as Technique;
      const part = arm.proposer?.(states[last] as Json);
      return part === undefined ? arm.name : `${arm.name}/${part}`;
    },
  }),
});

/** Arms by falling score; unused ones first, equals in their given order. */
function byScore(count: number, uses: readonly Use[], weight: number): number[] {
  const scores = Array.from({ length: count }, (_, arm) => {
    const own = uses.filter((use) => use.arm === arm);
    const n = own.length;
    if (n === 0) return Infinity;
    const area = own.reduce((sum, use, i) => sum + (use.success ? i + 1 : 0), 0);
    return (2 * area) / (n * (n + 1)) + weight * Math.sqrt((2 * Math.log2(uses.length)) / n);
  });
  const compare = (a: number, b: number) => (a === b ? 0 : a > b ? -1 : 1);
  return scores.map((_, arm) => arm).sort((a, b) => compare(scores[a] ?? 0, scores[b] ?? 0) || a - b);
}

/** Settles the first open use that proposed the trial's configuration. */
function credit(uses: Use[], trial: FinishedTrial, key: string): Use[] {
  const index = uses.findIndex((use) => use.key === key);
  const use = uses[index];
  return use === undefined ? uses : uses.with(index, { arm: use.arm, success: trial.improvement > 0, key: null });
}

/** A part knows its own trials by its own name. */
const inner = (technique: string) => technique.slice(technique.indexOf('/') + 1);

import { type Configuration, type Context, createParts, defineTechnique, findTrial, type Json } from 'supersam/kit';

/**
 * The states of the parts in their order, and the part asked last, null where it was none of them; of the latest trials that the
 * first part proposed 1 for each that could be measured, 0 for the others, kept since a trial could not be.
 */
type State = { parts: Json[]; last: number | null; recent?: number[] };

/** Where all but nothing can be measured the first part has every second turn left. */
const MOST = 0.5;
/** From so many trials on what the parts find near what they know is less than what is left elsewhere. */
const KNOWN = 40;
/** Trials of the first part that say how sure it is of itself. */
const RECENT = 20;
/** Changes of a leap on average: one alone hardly ever gets from a part that can be measured to another. */
const CHANGES = 2;
const ATTEMPTS = 16;
/** Of more parameters a model of all of them has learnt next to nothing when a study of one objective ends. */
const WIDE = 64;

/** Mutants of configurations that could be measured, whatever they were worth; fewer where most that are drawn are known. */
function leaps({ space, trials, rng }: Context, count: number): Configuration[] {
  const measured = trials.filter(({ values }) => values !== null);
  const rate = Math.min(1, CHANGES / space.parameters.length);
  const found: Configuration[] = [];
  for (let attempt = 0; attempt < ATTEMPTS * count && found.length < count && measured.length > 0; attempt++) {
    const mutant = space.mutate(rng.pick(measured).configuration, { rate }, rng);
    if (findTrial(trials, mutant) === undefined) found.push(mutant);
  }
  return found;
}

/** Of those that are 1. */
const share = (ones: readonly number[] = []) => ones.reduce((sum, one) => sum + one, 0) / Math.max(1, ones.length);

const isWide = ({ space, objectives, limits }: Context) =>
  space.parameters.length > WIDE && objectives.length === 1 && limits === undefined;

/**
 * The first part searches; the others take its turn as often as trials could not be measured, at most every second time.
 * Where everything can be measured that is the first part alone. Where little can, what a model took for impossible
 * is never asked again, and with it all that lies behind: another view of the same trials finds the way out. From 40 trials on these
 * turns leap as often as the first part's latest proposals could be measured, for the surer it is, the less it looks elsewhere: to a
 * mutant of any configuration that could be measured, whatever it was worth (docs/benchmarks/sparse-tables.md). With one objective
 * over more than 64 parameters the others have all turns (docs/benchmarks/wide-spaces.md). All parts hear of every trial.
 */
export default defineTechnique({
  name: 'hedged',
  description: 'one technique, and others in its place as often as trials cannot be measured',
  options: {
    parts: {
      type: 'string',
      default: 'gaussian-process+tpe',
      description: 'the technique that searches, then those that take its turns, joined by "+", options in brackets',
    },
  },
  parts: 'parts',
  modelBased: true,
  create(_, techniques) {
    const parts = createParts(techniques);
    return {
      init: (context): State => ({ parts: parts.init(context), last: 0 }),
      ask(state: State, count, context) {
        const { trials, rng } = context;
        const failed = trials.filter(({ metrics }) => metrics === null).length;
        const isAlone = techniques.length === 1;
        const isTheirs = !isAlone && isWide(context);
        const isDue = !isAlone && !isTheirs && failed > 0 && rng.float() < Math.min(MOST, failed / trials.length);
        if (isDue && trials.length >= KNOWN && rng.float() < share(state.recent)) {
          const proposals = leaps(context, count);
          if (proposals.length > 0) return [proposals, { ...state, last: null }];
        }
        const turn = isTheirs || isDue ? rng.int(1, techniques.length - 1) : 0;
        const { proposals, states, asked } = parts.ask(state.parts, parts.inTurn(turn), count, context);
        return [proposals, { ...state, parts: states, last: asked ?? state.last }];
      },
      tell(state, trials, context) {
        const heard = { ...state, parts: parts.tell(state.parts, trials, context) };
        if (state.recent === undefined && trials.every(({ metrics }) => metrics !== null)) return heard;
        const own = trials.filter((trial) => parts.authorOf(trial) === 0);
        const recent = [...(state.recent ?? []), ...own.map(({ metrics }) => (metrics === null ? 0 : 1))];
        return { ...heard, recent: recent.slice(-RECENT) };
      },
      proposer: ({ parts: states, last }) => (last === null ? 'leap' : parts.proposer(states, last)),
    };
  },
});

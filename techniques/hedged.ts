import { type Context, createParts, defineTechnique, type Json } from 'supersam/kit';

/** The states of the parts in their order, and the part asked last. */
type State = { parts: Json[]; last: number };

/** Where all but nothing can be measured the first part has every second turn left. */
const MOST = 0.5;
/** Of more parameters a model of all of them has learnt next to nothing when a study of one objective ends. */
const WIDE = 64;

const isWide = ({ space, objectives, limits }: Context) =>
  space.parameters.length > WIDE && objectives.length === 1 && limits === undefined;

/**
 * The first part searches; the others take its turn as often as trials could not be measured, at most every second time.
 * Where everything can be measured that is the first part alone. Where little can, what a model took for impossible
 * is never asked again, and with it all that lies behind: another view of the same trials finds the way out. With one
 * objective over more than 64 parameters the others have all turns (docs/benchmarks/wide-spaces.md). All parts hear of every trial.
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
        const isDue = () => failed > 0 && rng.float() < Math.min(MOST, failed / trials.length);
        const isHedged = techniques.length > 1 && (isWide(context) || isDue());
        const turn = isHedged ? rng.int(1, techniques.length - 1) : 0;
        const { proposals, states, asked } = parts.ask(state.parts, parts.inTurn(turn), count, context);
        return [proposals, { parts: states, last: asked ?? state.last }];
      },
      tell: (state, trials, context) => ({ ...state, parts: parts.tell(state.parts, trials, context) }),
      proposer: ({ parts: states, last }) => parts.proposer(states, last),
    };
  },
});

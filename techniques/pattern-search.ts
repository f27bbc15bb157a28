import {
  type Configuration,
  createProbe,
  createRng,
  createScore,
  defineTechnique,
  pointAlong,
  requestTrials,
  type SearchStart,
  startSearch,
} from 'supersam/kit';

/**
 * The point reached by the last successful pattern (`base`), the one being explored around (`center`) and whether it is a
 * pattern move away from the base; the next axis to explore, in the order of a seed; the step on the unit axes; the
 * start of this search; and what is open.
 */
type State = {
  base: number[];
  center: number[];
  isPattern: boolean;
  axis: number;
  step: number;
  order: number;
  start: SearchStart;
  open: Configuration[];
};

/** Moves that may be decided in one ask from what is known. */
const LOOKS = 2000;

/**
 * The pattern search of Hooke and Jeeves (1961) on the unit cube: every axis in turn is tried a step up, then a step down, and
 * what is better is kept; a round that gained is repeated as a whole (the pattern move), one that did not halves the step.
 * A step below `precision` ends the search; the next starts at the best trial of the study if it is another one than where
 * the last started, else at a random point. With several objectives a search follows the augmented Chebyshev score
 * of weights drawn at its start. When more trials are asked for than the next step needs, it offers those that follow if
 * the open ones fail. Defaults: step 0.25 (half of the 0.5 that swaps two values), precision 0.005.
 */
export default defineTechnique({
  name: 'pattern-search',
  description: 'steps along each axis, then along what worked; the step halves (Hooke and Jeeves, 1961)',
  options: {
    step: { type: 'float', default: 0.25, min: 1e-6, max: 1, description: 'first step on the unit axes' },
    precision: { type: 'float', default: 0.005, min: 1e-9, max: 1, description: 'step below which a search ends' },
  },
  create({ step: firstStep, precision }) {
    const begin = (start: SearchStart, order: number) => ({
      base: start.base,
      center: start.base,
      isPattern: false,
      axis: 0,
      step: firstStep,
      order,
      start,
    });

    return {
      init: (context): State => ({ ...begin(startSearch(context), context.rng.int(0, 2 ** 31)), open: [] }),

      ask(given: State, count, context) {
        const { space, rng, trials, objectives } = context;
        let state = given;
        let score = createScore(trials, objectives, state.start.weights);
        let probe = createProbe(context, state.start.repair);
        let axes = axesOf(state, space.unitDimension);
        const scoreAt = (point: readonly number[]) => {
          const { values } = probe(point);
          return values === undefined ? undefined : score(values);
        };

        for (let look = 0; look < LOOKS; look++) {
          const next = advance(state, axes, scoreAt);
          if (next === null) break;
          state = next;
          if (state.step >= precision) continue;
          state = { ...begin(startSearch(context, state.start), rng.int(0, 2 ** 31)), open: state.open };
          score = createScore(trials, objectives, state.start.weights);
          probe = createProbe(context, state.start.repair);
          axes = axesOf(state, space.unitDimension);
        }

        const wanted = function* () {
          yield probe(state.center).configuration;
          for (const axis of axes.slice(state.axis)) {
            for (const sign of [1, -1]) yield probe(moved(state.center, axis, sign * state.step)).configuration;
          }
        };
        const [proposals, open] = requestTrials(wanted(), state.open, count, trials);
        return [proposals, { ...state, open }];
      },

      tell: (state) => state,
    };
  },
});

/** The state after the next decision; null when a value that it needs was not measured yet. */
function advance(
  state: State,
  axes: readonly number[],
  scoreAt: (point: readonly number[]) => number | undefined,
): State | null {
  const here = scoreAt(state.center);
  if (here === undefined) return null;
  const axis = axes[state.axis];
  if (axis !== undefined) {
    for (const sign of [1, -1]) {
      const point = moved(state.center, axis, sign * state.step);
      const there = scoreAt(point);
      if (there === undefined) return null;
      if (there < here) return { ...state, center: point, axis: state.axis + 1 };
    }
    return { ...state, axis: state.axis + 1 };
  }
  const start = scoreAt(state.base);
  if (start === undefined) return null;
  if (here < start) {
    return { ...state, base: state.center, center: pointAlong(state.base, state.center, 2), isPattern: true, axis: 0 };
  }
  if (state.isPattern) return { ...state, center: state.base, isPattern: false, axis: 0 };
  return { ...state, center: state.base, step: state.step / 2, axis: 0 };
}

const axesOf = ({ order }: State, dimension: number) =>
  createRng('axes', order).shuffle(Array.from({ length: dimension }, (_, axis) => axis));

const moved = (point: readonly number[], axis: number, by: number) =>
  point.map((x, i) => (i === axis ? Math.min(1, Math.max(0, x + by)) : x));

import { type Configuration, createScore, defineTechnique, drawWeights, findTrial } from 'supersam/kit';

/**
 * Where the walk is and what it measured there (null before the first result), the weights of the objectives, the
 * temperature, the mean size of the steps in loss so far, and what is open.
 */
type State = {
  current: { configuration: Configuration; values: readonly number[] } | null;
  weights: number[];
  temperature: number;
  stepSize: number;
  open: Configuration[];
};

/** Steps that may lead over known configurations in one ask. */
const LOOKS = 200;
/** Weight of the latest step in the mean of their sizes. */
const LATEST = 0.1;
const SIGMA = 0.1;

/**
 * Simulated annealing (Kirkpatrick, Gelatt and Vecchi, 1983) by the rule of Metropolis et al. (1953): one parameter
 * steps to a value nearby; a worse result is taken with the chance exp(-loss / (temperature * mean step in loss)), which
 * needs no scale of the problem. Every result cools by a constant factor; at the end it is heated up and goes on from the best
 * trial of the study. With several objectives a walk follows the augmented Chebyshev score of weights drawn anew at every heating
 * (Czyzzak and Jaszkiewicz, 1998, draw theirs likewise). Where the neighbour was measured before, its result is taken at once.
 * Improvements that others find are stepped to if they score better. Defaults: temperature 1 to 0.05, cooling 0.95.
 */
export default defineTechnique({
  name: 'simulated-annealing',
  description: 'a walk that takes worse steps ever more rarely, heated up again when cold (Kirkpatrick et al., 1983)',
  options: {
    initial: { type: 'float', default: 1, min: 1e-6, max: 1e6, description: 'temperature at first, in mean steps' },
    final: { type: 'float', default: 0.05, min: 1e-9, max: 1e6, description: 'temperature at which it is heated up' },
    cooling: {
      type: 'float',
      default: 0.95,
      min: 0.01,
      max: 0.9999,
      description: 'factor to the temperature a result',
    },
  },
  create({ initial, final, cooling }) {
    /** Metropolis' rule for a measured neighbour. */
    function step(state: State, to: Step, score: (values: readonly number[] | null) => number, chance: number): State {
      if (to.values === null) return state;
      const next = { configuration: to.configuration, values: to.values };
      if (state.current === null) return { ...state, current: next };
      const rise = score(to.values) - score(state.current.values);
      if (rise === 0) return { ...state, current: next };
      const size = Math.abs(rise);
      const stepSize = state.stepSize === 0 ? size : (1 - LATEST) * state.stepSize + LATEST * size;
      const isTaken = rise < 0 || chance < Math.exp(-rise / (state.temperature * stepSize));
      return { ...state, stepSize, current: isTaken ? next : state.current };
    }

    return {
      init: ({ objectives, rng }): State => ({
        current: null,
        weights: drawWeights(objectives, rng),
        temperature: initial,
        stepSize: 0,
        open: [],
      }),

      ask(state: State, count, { space, rng, trials, objectives }) {
        const score = createScore(trials, objectives, state.weights);
        const proposals: Configuration[] = [];
        let next = state;
        for (let look = 0; look < LOOKS && proposals.length < count; look++) {
          const { current } = next;
          const neighbour =
            current === null
              ? space.sample(rng)
              : space.mutate(current.configuration, { rate: 0, kind: 'normal', sigma: SIGMA }, rng);
          const known = findTrial(trials, neighbour);
          if (known === undefined) proposals.push(neighbour);
          else next = step(next, known, score, rng.float());
        }
        // A walk that is surrounded by what it knows goes on elsewhere.
        if (proposals.length === 0) proposals.push(space.sample(rng));
        return [proposals, { ...next, open: [...next.open, ...proposals] }];
      },

      tell(state, told, { space, rng, trials, objectives }) {
        let next = state;
        for (const trial of told) {
          const score = createScore(trials, objectives, next.weights);
          const key = space.key(trial.configuration);
          const own = next.open.findIndex((configuration) => space.key(configuration) === key);
          if (own < 0) {
            const isBetter = next.current !== null && score(trial.values) < score(next.current.values);
            if (trial.improvement > 0 && isBetter) next = step(next, trial, score, 0);
            continue;
          }
          next = step({ ...next, open: next.open.toSpliced(own, 1) }, trial, score, rng.float());
          next = { ...next, temperature: next.temperature * cooling };
          if (next.temperature >= final) continue;
          const weights = drawWeights(objectives, rng);
          const rescore = createScore(trials, objectives, weights);
          const best = trials.reduce((a, b) => (rescore(b.values) < rescore(a.values) ? b : a));
          next = step({ ...next, weights, temperature: initial, current: null }, best, rescore, 0);
        }
        return next;
      },
    };
  },
});

type Step = { configuration: Configuration; values: readonly number[] | null };

import {
  bestTrials,
  type Configuration,
  type Context,
  chooseTrials,
  createGaussianProcess,
  defineTechnique,
  type FinishedTrial,
  fitHyperparameters,
  front,
  type GaussianProcess,
  logExpectedImprovement,
  losses,
  maximizeAcquisition,
  normalDistribution,
  spreadDraw,
  standardize,
} from 'supersam';

/** The hyperparameters of one process and the number of trials they were fitted to. */
type Fit = { trials: number; logs: readonly number[] };
/** A fit for every objective and one for feasibility; configurations asked for and not told yet, oldest first. */
type State = { fits: (Fit | null)[]; asked: Configuration[] };

/** Asked configurations that are never told (repeats are turned away) are forgotten beyond this many. */
const REMEMBERED = 64;
const FIRST_EVALUATIONS = 40;
const LATER_EVALUATIONS = 12;
/** Hyperparameters are fitted anew when there are this many times the trials of the last fit. */
const REFIT = 1.1;
const FITTED = 100;

export default defineTechnique({
  name: 'gaussian-process',
  description: 'Gaussian processes with a mixed kernel, expected (hypervolume) improvement (Jones et al., 1998)',
  options: {
    startup: { type: 'integer', default: 10, min: 2, max: 10_000, description: 'trials before the first model' },
    points: { type: 'integer', default: 200, min: 10, max: 2000, description: 'trials a model is built on at most' },
    candidates: { type: 'integer', default: 300, min: 10, max: 100_000, description: 'configurations scored an ask' },
  },
  create: ({ startup, points, candidates }) => ({
    init: (): State => ({ fits: [], asked: [] }),

    ask(state: State, count, context) {
      let { fits, asked } = state;
      const proposals: Configuration[] = [];
      while (proposals.length < count) {
        const complete = context.trials.filter(({ values }) => values !== null);
        let proposal: Configuration | undefined;
        if (complete.length >= 2 && context.trials.length + asked.length >= startup) {
          fits = refit(fits, context, complete, points);
          proposal = propose(fits, asked, context, complete, { points, candidates });
        }
        const others = () => [...context.trials.map(({ configuration }) => configuration), ...asked].slice(-100);
        proposal ??= spreadDraw(context.space, others(), context.rng);
        proposals.push(proposal);
        asked = [...asked, proposal].slice(-REMEMBERED);
      }
      return [proposals, { fits, asked }];
    },

    tell({ fits, asked }, trials, { space }) {
      const told = new Set(trials.map(({ configuration }) => space.key(configuration)));
      return { fits, asked: asked.filter((configuration) => !told.has(space.key(configuration))) };
    },
  }),
});

interface Sample {
  readonly rows: Float64Array;
  readonly targets: Float64Array;
}

const lossesOf = (trials: readonly FinishedTrial[], { objectives }: Context) =>
  trials.map(({ values }) => losses(values as readonly number[], objectives));

const encode = (trials: readonly { readonly configuration: Configuration }[], { space }: Context) =>
  Float64Array.from(trials.flatMap(({ configuration }) => space.encode(configuration)));

/** What every process learns from: the standardised losses, and 1 and 0 for feasible and not where both occur. */
function samples(context: Context, complete: readonly FinishedTrial[], count: number): Sample[] {
  const points = lossesOf(complete, context);
  const chosen = chooseTrials(points, count);
  const rows = encode(
    chosen.map((i) => complete[i] as FinishedTrial),
    context,
  );
  const scales = context.objectives.map((_, k) => standardize(points.map((point) => point[k] as number)));
  const learned = scales.map(({ of }, k) => ({
    rows,
    targets: Float64Array.from(chosen, (i) => of(points[i]?.[k] as number)),
  }));
  if (complete.length === context.trials.length) return learned;
  const all = context.trials.slice(-count);
  const labels = standardize(all.map(({ values }) => (values === null ? 0 : 1)));
  return [...learned, { rows: encode(all, context), targets: labels.targets }];
}

function refit(
  fits: State['fits'],
  context: Context,
  complete: readonly FinishedTrial[],
  points: number,
): State['fits'] {
  const trials = context.trials.length;
  const isDue = (fit: Fit | null | undefined) => fit == null || trials >= REFIT * fit.trials;
  const expected = context.objectives.length + (complete.length < trials ? 1 : 0);
  if (fits.length >= expected && !fits.some(isDue)) return fits;
  return samples(context, complete, Math.min(FITTED, points)).map(({ rows, targets }, k) => {
    const before = fits[k];
    if (before != null && !isDue(before)) return before;
    const logs = fitHyperparameters(context.space.features, rows, targets, {
      start: before?.logs,
      evaluations: before == null ? FIRST_EVALUATIONS : LATER_EVALUATIONS,
    });
    return { trials, logs: logs.map((log) => Math.round(log * 1e6) / 1e6) };
  });
}

function propose(
  fits: State['fits'],
  asked: readonly Configuration[],
  context: Context,
  complete: readonly FinishedTrial[],
  { points: cap, candidates }: { readonly points: number; readonly candidates: number },
): Configuration | undefined {
  const { space, rng, objectives } = context;
  const unknown = Float64Array.from(asked.flatMap((configuration) => space.encode(configuration)));
  const processes = samples(context, complete, cap).map(({ rows, targets }, k) =>
    createGaussianProcess(space.features, (fits[k] as Fit).logs, rows, targets, unknown),
  );
  const feasibility = processes[objectives.length];
  const points = lossesOf(complete, context);
  const scales = objectives.map((_, k) => standardize(points.map((point) => point[k] as number)));
  const scaled = points.map((point) => point.map((loss, k) => scales[k]?.of(loss) as number));
  const members = front(scaled);
  const reference = objectives.map((_, k) => Math.max(...scaled.map((point) => point[k] as number)) + 0.1);
  const acquisition = logExpectedImprovement(
    members.map((i) => scaled[i] as number[]),
    reference,
  );
  const labels = standardize(context.trials.slice(-cap).map(({ values }) => (values === null ? 0 : 1)));
  const taken = new Set([...context.trials.map((t) => space.key(t.configuration)), ...asked.map((c) => space.key(c))]);
  return maximizeAcquisition({
    space,
    rng,
    elites: bestTrials(points, Math.max(8, Math.min(members.length, 40))).map(
      (i) => (complete[i] as FinishedTrial).configuration,
    ),
    isTaken: (key) => taken.has(key),
    budget: candidates,
    score: (configuration) => {
      const row = space.encode(configuration);
      const gain = acquisition(objectives.map((_, k) => (processes[k] as GaussianProcess).predict(row)));
      return feasibility === undefined ? gain : gain + chance(feasibility, row, labels.of(0.5));
    },
  });
}

/** The logarithm of the probability that a configuration can be measured. */
function chance(feasibility: GaussianProcess, row: readonly number[], threshold: number): number {
  const { mean, variance } = feasibility.predict(row);
  return Math.log(Math.max(1e-12, normalDistribution((mean - threshold) / Math.sqrt(variance))));
}

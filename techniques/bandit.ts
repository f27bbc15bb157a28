import { createParts, defineTechnique, type FinishedTrial, findTrial, type Json, type Rng } from 'supersam/kit';

/**
 * One use of an arm, and the chance with which it was chosen. `key` names the configuration it proposed until a trial of
 * it was told.
 */
type Use = { arm: number; success: boolean; key: string | null; chance: number };
/** How often in a row an arm had nothing new to offer, and the ask at which it is woken. */
type Sleep = { idle: number; until: number };
/** The states of the arms in their order, the arm asked last, the latest uses (oldest first), who sleeps, asks so far. */
type State = { arms: Json[]; last: number; uses: Use[]; sleeps: Sleep[]; asks: number };

/** The longest sleep is 2^6 asks. */
const LONGEST = 6;

/**
 * Shares the trials out among other techniques, its arms, by their successes among the latest uses (a sliding window).
 * Success is an improvement: a new best, or with several objectives hypervolume gained. Three rules of allocation:
 * - `auc`, OpenTuner's (Fialho et al., 2010; Ansel et al., 2014): the score of an arm is the area under the curve of its
 *   successes, later ones weighing more, plus C times an exploration term; unused arms come first.
 * - `thompson` (Thompson, 1933; Chapelle and Li, 2011): the arm with the largest draw from Beta(1 + successes, 1 + failures).
 * - `exp3` (Auer et al., 2002): drawn by weights that grow exponentially with each success divided by its chance, mixed
 *   with the share `gamma` of an even draw.
 * A configuration measured before is no proposal: it earns nothing and counts as a failure. An arm that has nothing new and
 * waits for nothing sleeps, twice as long each time; one that waits is skipped. The first `lead` asks go to the first
 * arm: at the beginning everything improves, which says little of an arm. Defaults: auc, window 500, C 0.05 (OpenTuner's).
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
    allocation: {
      type: 'string',
      default: 'auc',
      choices: ['auc', 'thompson', 'exp3'],
      description: 'how the next arm is chosen',
    },
    window: { type: 'integer', default: 500, min: 1, max: 100_000, description: 'uses that count' },
    exploration: {
      type: 'float',
      default: 0.05,
      min: 0,
      max: 100,
      description: 'auc: weight C of the exploration term',
    },
    lead: {
      type: 'integer',
      default: 0,
      min: 0,
      max: 1_000_000,
      description: 'asks that go to the first arm before the arms compete',
    },
    gamma: { type: 'float', default: 0.1, min: 0.001, max: 1, description: 'exp3: share of an even draw' },
  },
  parts: 'arms',
  modelBased: true,
  create({ allocation, window, exploration, lead, gamma }, techniques) {
    const arms = createParts(techniques);
    const count = techniques.length;
    const chancesOf = (uses: readonly Use[]) =>
      allocation === 'exp3' ? exp3(count, uses, gamma) : techniques.map(() => 1);
    const ordered = (uses: readonly Use[], chances: readonly number[], rng: Rng) => {
      if (allocation === 'auc') return byFalling(areas(count, uses, exploration));
      // By the largest u^(1/p), the first is drawn by the chances, and so is each next of those that are left.
      if (allocation === 'exp3') return byFalling(chances.map((chance) => Math.log(1 - rng.float()) / chance));
      return byFalling(techniques.map((_, arm) => thompson(uses, arm, rng)));
    };

    return {
      init: (context): State => ({
        arms: arms.init(context),
        last: 0,
        uses: [],
        sleeps: techniques.map(() => ({ idle: 0, until: 0 })),
        asks: 0,
      }),

      ask(state: State, wanted, context) {
        const { space, trials, rng } = context;
        let { arms: states, uses, sleeps } = state;
        const asks = state.asks + 1;
        const chances = chancesOf(uses);
        const order = asks <= lead ? techniques.map((_, arm) => arm) : ordered(uses, chances, rng);
        const isAwake = (arm: number) => (sleeps[arm] as Sleep).until <= asks;
        for (const arm of [...order.filter(isAwake), ...order.filter((other) => !isAwake(other))]) {
          const answer = arms.ask(states, [arm], wanted, context);
          states = answer.states;
          const fresh = answer.proposals.filter((proposal) => findTrial(trials, proposal) === undefined);
          const use = { arm, success: false, chance: chances[arm] as number };
          if (fresh.length > 0) {
            const used = fresh.map((proposal) => ({ ...use, key: space.key(proposal) }));
            sleeps = sleeps.with(arm, { idle: 0, until: 0 });
            uses = [...uses, ...used].slice(-window);
            return [fresh, { arms: states, last: arm, uses, sleeps, asks }];
          }
          if (answer.proposals.length > 0) uses = [...uses, { ...use, key: null }].slice(-window);
          else if (uses.some((other) => other.arm === arm && other.key !== null)) continue;
          const idle = Math.min(LONGEST, (sleeps[arm] as Sleep).idle + 1);
          sleeps = sleeps.with(arm, { idle, until: asks + 2 ** idle });
        }
        return [[], { ...state, arms: states, uses, sleeps, asks }];
      },

      tell: (state, trials, context) => ({
        ...state,
        arms: arms.tell(state.arms, trials, context),
        uses: trials.reduce((uses, trial) => credit(uses, trial, context.space.key(trial.configuration)), state.uses),
      }),

      proposer: ({ arms: states, last }) => arms.proposer(states, last),
    };
  },
});

/** Settles the first open use that proposed the trial's configuration. */
function credit(uses: Use[], trial: FinishedTrial, key: string): Use[] {
  const index = uses.findIndex((use) => use.key === key);
  const use = uses[index];
  return use === undefined ? uses : uses.with(index, { ...use, success: trial.improvement > 0, key: null });
}

/** Infinite for unused arms. */
function areas(count: number, uses: readonly Use[], weight: number): number[] {
  return Array.from({ length: count }, (_, arm) => {
    const own = uses.filter((use) => use.arm === arm);
    const n = own.length;
    if (n === 0) return Infinity;
    const area = own.reduce((sum, use, i) => sum + (use.success ? i + 1 : 0), 0);
    return (2 * area) / (n * (n + 1)) + weight * Math.sqrt((2 * Math.log2(uses.length)) / n);
  });
}

/** A draw from the beta distribution of an arm's settled uses, as the share of one gamma draw in two. */
function thompson(uses: readonly Use[], arm: number, rng: Rng): number {
  const settled = uses.filter((use) => use.arm === arm && use.key === null);
  const successes = settled.filter((use) => use.success).length;
  const [hits, misses] = [gammaDraw(1 + successes, rng), gammaDraw(1 + settled.length - successes, rng)];
  return hits / (hits + misses);
}

/** For shapes from 1 on (Marsaglia and Tsang, 2000). */
function gammaDraw(shape: number, rng: Rng): number {
  const d = shape - 1 / 3;
  for (;;) {
    const x = rng.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - rng.float()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** The chance of every arm. */
function exp3(count: number, uses: readonly Use[], gamma: number): number[] {
  const logWeights = Array.from({ length: count }, (_, arm) =>
    uses.reduce((sum, use) => (use.arm === arm && use.success ? sum + gamma / (count * use.chance) : sum), 0),
  );
  const most = Math.max(...logWeights);
  const weights = logWeights.map((weight) => Math.exp(weight - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => ((1 - gamma) * weight) / total + gamma / count);
}

/** Positions by falling score, equals in their order; two infinite scores are equal, not NaN apart. */
function byFalling(scores: readonly number[]): number[] {
  const compare = (a: number, b: number) => (a === b ? 0 : a > b ? -1 : 1);
  return scores.map((_, i) => i).sort((a, b) => compare(scores[a] ?? 0, scores[b] ?? 0) || a - b);
}

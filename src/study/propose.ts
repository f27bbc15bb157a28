import type { Json } from '../base/json.js';
import { createRng, type Rng } from '../base/rng.js';
import type { Objective } from '../core/objective.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { TechniqueSnapshot } from '../core/store.js';
import type { Context, Limit, PriorTrial, Technique } from '../core/technique.js';
import { type FinishedTrial, WARM_START } from '../core/trial.js';

/** What a technique may look at in one step of a study; `purpose` tells the streams of one step apart. */
export type Contexts = (trials: readonly FinishedTrial[], step: number, ...purpose: string[]) => Context;

/** The generator of every step is derived from the seed, the technique's name and the step. */
export const contextsOf = (study: {
  readonly space: SearchSpace;
  readonly objectives: readonly Objective[];
  readonly constraints: readonly string[];
  readonly prior?: readonly PriorTrial[] | undefined;
  readonly technique: Technique;
  readonly seed: number;
}): Contexts => {
  const { space, objectives, technique, seed } = study;
  const limits = limitsOf(study.constraints, space);
  const expected = study.prior === undefined ? {} : { prior: study.prior };
  const fixed = { space, objectives, ...(limits.length === 0 ? {} : { limits }), ...expected };
  return (trials, step, ...purpose) => ({
    ...fixed,
    trials,
    rng: createRng(seed, technique.name, step, ...purpose),
  });
};

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const METRIC_FIRST = new RegExp(String.raw`^\s*([A-Za-z_][\w.]*)\s*(<=?|>=?)\s*(${NUMBER})\s*$`);
const NUMBER_FIRST = new RegExp(String.raw`^\s*(${NUMBER})\s*(<=?|>=?)\s*([A-Za-z_][\w.]*)\s*$`);

/** Those of the constraints that compare a metric with a number, `latencyMs <= 20` or `20 > latencyMs`. */
export function limitsOf(constraints: readonly string[], { parameters }: Pick<SearchSpace, 'parameters'>): Limit[] {
  return constraints.flatMap((text): Limit[] => {
    const [, metric, operator, number] = METRIC_FIRST.exec(text) ?? [];
    const [, first, turned, last] = NUMBER_FIRST.exec(text) ?? [];
    const name = metric ?? last;
    if (name === undefined || parameters.some((parameter) => parameter.name === name)) return [];
    const isBelow = metric === undefined ? turned?.startsWith('>') : operator?.startsWith('<');
    return [{ metric: name, side: isBelow ? 'most' : 'least', bound: Number(number ?? first) }];
  });
}

/** The memory of a technique that begins with the trials of earlier studies. */
export function startState(
  technique: Technique,
  context: Contexts,
  trials: readonly FinishedTrial[],
  step: number,
): Json {
  const fresh = technique.init(context(trials, step));
  return trials.length === 0 ? fresh : technique.tell(fresh, [...trials], context(trials, step, WARM_START));
}

/** What a study hands to its technique when it asks. */
export interface Asking {
  readonly technique: Technique;
  readonly space: SearchSpace;
  readonly trials: readonly FinishedTrial[];
  /** Keys of what was proposed so far. */
  readonly seen: ReadonlySet<string>;
  /** Whether there are trials whose results are still to come. */
  readonly isWaiting: boolean;
  readonly context: Contexts;
}

/** What was proposed, by whom, and the technique's memory after it. */
export interface Proposed extends TechniqueSnapshot {
  readonly configurations: readonly Configuration[];
  readonly author: string;
}

/** How often a technique that offers nothing new is asked again before an unseen random configuration is taken. */
const ASK_TRIES = 20;
const FALLBACK = 'fallback';

/**
 * Asks the technique until it offers something new, else draws it; undefined when nothing is left or it waits. An ask that
 * came to nothing is stored nowhere, so that it must leave no mark either: a resumed study would lack it.
 */
export function proposeNew(before: TechniqueSnapshot, count: number, asking: Asking): Proposed | undefined {
  const { technique, space, trials, seen, isWaiting, context } = asking;
  let { step, state } = before;
  for (let attempt = 0; attempt < ASK_TRIES; attempt++) {
    step++;
    const [proposals, asked] = technique.ask(state, count, context(trials, step));
    state = asked;
    const configurations = unseen(proposals.slice(0, count), space, seen);
    if (configurations.length > 0) return { step, state, configurations, author: authorOf(technique, state) };
    // An empty list means "nothing until the next tell", as long as there is a tell to come.
    if (proposals.length === 0 && isWaiting) return undefined;
  }
  step++;
  const drawn = drawUnseen(space, seen, context(trials, step).rng);
  return drawn === undefined ? undefined : { step, state, configurations: [drawn], author: FALLBACK };
}

/** The legal ones that nobody proposed before, in canonical form. */
export function unseen(
  proposals: readonly Configuration[],
  space: SearchSpace,
  seen: ReadonlySet<string>,
): Configuration[] {
  const keys = new Set<string>();
  return proposals.flatMap((proposal) => {
    if (!space.isLegal(proposal)) return [];
    const configuration = space.canonical(proposal);
    const key = space.key(configuration);
    return !seen.has(key) && !keys.has(key) && keys.add(key) ? [configuration] : [];
  });
}

function authorOf(technique: Technique, asked: Json): string {
  const part = technique.proposer?.(asked);
  return part === undefined ? technique.name : `${technique.name}/${part}`;
}

const DRAWS = 200;
/** Where draws repeat themselves, so many more and mutants of them: weights may leave out what mutation reaches. */
const SEARCHES = 20_000;
/** Up to this many configurations, one is drawn from those that are left. */
const LISTED = 1_000_000n;

/**
 * A random configuration that was not measured yet. Undefined when none is left: of a space that cannot be counted, when
 * thousands of draws found none.
 */
export function drawUnseen(space: SearchSpace, seen: ReadonlySet<string>, rng: Rng): Configuration | undefined {
  const size = space.size();
  if (size !== null && BigInt(seen.size) >= size) return undefined;
  const isUnseen = (configuration: Configuration) => !seen.has(space.key(configuration));
  for (let draw = 0; draw < DRAWS; draw++) {
    const configuration = space.sample(rng);
    if (isUnseen(configuration)) return configuration;
  }
  if (size !== null && size <= LISTED) {
    const left = [...space.enumerate()].filter(isUnseen);
    return left.length === 0 ? undefined : rng.pick(left);
  }
  let configuration = space.sample(rng);
  for (let search = 0; search < SEARCHES; search++) {
    if (isUnseen(configuration)) return configuration;
    configuration = search % 8 === 0 ? space.sample(rng) : space.mutate(configuration, { rate: rng.float() }, rng);
  }
  if (size === null) return undefined;
  // No more than were measured can come before the first that was not.
  for (const found of space.enumerate()) if (isUnseen(found)) return found;
  return undefined;
}

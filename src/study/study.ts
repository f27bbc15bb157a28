import type { Json } from '../base/json.js';
import type { Rng } from '../base/rng.js';
import { createRng } from '../base/rng.js';
import type { Objective } from '../core/objective.js';
import type { Measurement, Oracle } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { OpenTrial, Store, StudyEvent, StudyLog } from '../core/store.js';
import type { Context, Technique } from '../core/technique.js';
import { type FinishedTrial, WARM_START } from '../core/trial.js';
import { StudyError } from '../errors.js';
import { createFront, createImprovementMeter, type ImprovementMeter } from '../pareto/growing-front.js';
import { checkDefinition, defineStudy } from './definition.js';
import { firstTrials } from './first-trials.js';
import { finishTrial, measuredConstraints } from './trial-rules.js';

export interface StudyOptions {
  readonly name: string;
  readonly space: SearchSpace;
  readonly oracle: Oracle;
  readonly technique: Technique;
  /** The technique as the user wrote it, with its options; its name by default. */
  readonly techniqueSpec?: string;
  readonly objectives: readonly Objective[];
  readonly seed: number;
  readonly store: Store;
  /** Go on with the stored study of that name; without it a stored one is an error. */
  readonly resume?: boolean;
  /** Versions, machine and backend, kept beside the trials; nothing depends on them. */
  readonly environment?: { readonly [key: string]: Json };
  /** Expressions over parameters and measured metrics: a trial that breaks one is infeasible. The space settles others. */
  readonly constraints?: readonly string[];
  /** Trials of earlier studies that a new one begins with: told first, not counted as its own. Ignored on a resume. */
  readonly warmStart?: readonly FinishedTrial[];
  /** Configurations that a new study measures first. Ignored on a resume. */
  readonly seedConfigurations?: readonly Configuration[];
}

/** A study whose loop the caller owns. */
export interface Study {
  /** Finished trials in the order told. */
  readonly trials: readonly FinishedTrial[];
  /** How many of them the study measured itself: without those of a warm start. */
  readonly measuredCount: number;
  /** Trials since the last one that improved on those before it; all while none did. */
  readonly sinceImprovement: number;
  /** Up to `count` trials to measure, those left over from an earlier run first. None when the space is exhausted. */
  ask(count?: number): OpenTrial[];
  /** Hands in what was measured, in whatever order results come. */
  tell(number: number, measurement: Measurement, seconds?: number): FinishedTrial;
  /** The best complete trial of a study with one objective; any of the front otherwise. */
  best(): FinishedTrial | undefined;
  /** The non-dominated complete trials, right after every tell. */
  front(): FinishedTrial[];
  /** Gives the study back; what is not told stays pending. `event` goes into its log. */
  close(event?: { readonly kind: StudyEvent; readonly detail: string }): void;
}

/** How often a technique that offers nothing new is asked again before an unseen random configuration is taken. */
const ASK_TRIES = 20;
const FALLBACK = 'fallback';

/**
 * Creates a study or resumes it exactly where it was: the generator of every step is derived from the seed, the
 * technique's name and the step, and each proposal and each result is stored in one transaction with the technique's state.
 *
 * @throws StudyError STUDY_EXISTS without `resume`, STUDY_CHANGED when what the study depends on has changed,
 *   STUDY_BUSY when another process writes to it.
 */
export async function createStudy(options: StudyOptions): Promise<Study> {
  const { space, technique, objectives, seed, store, oracle } = options;
  const { constraints = [], warmStart = [], seedConfigurations = [] } = options;
  const violated = measuredConstraints(space, oracle.metrics, constraints);
  const definition = await defineStudy({
    ...options,
    constraints,
    techniqueSpec: options.techniqueSpec ?? technique.name,
  });
  const log = store.claim(definition, options.environment ?? {});
  try {
    accept(log, options.resume ?? false);
    checkDefinition(log.definition, definition);
    if (log.snapshot() === null && log.finished().length + log.open().length === 0) begin();
  } catch (error) {
    log.release();
    throw error;
  }

  const trials = log.finished();
  const pending = log.open();
  const running = new Map<number, OpenTrial>();
  const seen = new Set([...trials, ...pending].map(({ configuration }) => space.key(configuration)));
  const meter = createImprovementMeter(objectives);
  let measuredCount = trials.filter(({ technique: author }) => author !== WARM_START).length;
  let sinceImprovement = trials.length - 1 - trials.findLastIndex(({ improvement }) => improvement > 0);
  const front = createFront(objectives);
  for (const trial of trials) {
    if (trial.values !== null) meter.add(trial.values);
    front.add(trial);
  }
  const stored = log.snapshot();
  // Without a state there are only trials of earlier studies, each with a proposal behind it.
  let step = stored?.step ?? trials.length + pending.length;
  const contextOf = (...purpose: string[]): Context => ({
    space,
    objectives,
    trials,
    rng: createRng(seed, technique.name, step, ...purpose),
  });
  let state = stored === null ? startState() : stored.state;
  let next = trials.length + pending.length;
  log.event(log.isNew ? 'created' : 'resumed', `${trials.length} trials`);

  return {
    trials,
    get measuredCount() {
      return measuredCount;
    },
    get sinceImprovement() {
      return sinceImprovement;
    },
    ask(count = 1) {
      while (pending.length < count && propose(count - pending.length));
      const given = pending.splice(0, count);
      for (const trial of given) {
        running.set(trial.number, trial);
        log.start(trial.number);
      }
      return given;
    },
    tell(number, measurement, seconds = 0) {
      const open = running.get(number);
      if (open === undefined) throw new StudyError('STUDY_TELL', `trial ${number} is not being measured`);
      const trial = finish(open, measurement, meter);
      // The technique learns with the trial in its context, as it will see it from then on.
      trials.push(trial);
      step++;
      try {
        const learned = technique.tell(state, [trial], contextOf());
        log.finish(trial, seconds, { step, state: learned });
        state = learned;
      } catch (error) {
        trials.pop();
        step--;
        throw error;
      }
      running.delete(number);
      measuredCount++;
      sinceImprovement = trial.improvement > 0 ? 0 : sinceImprovement + 1;
      front.add(trial);
      return trial;
    },
    best: () => front.members()[0],
    front: () => [...front.members()],
    close(event) {
      try {
        if (event !== undefined) log.event(event.kind, event.detail);
      } finally {
        log.release();
      }
    },
  };

  function finish(open: OpenTrial, measurement: Measurement, gains: ImprovementMeter): FinishedTrial {
    const analytic = oracle.analyze?.(open.configuration);
    return finishTrial(open, measurement, { objectives, violated, analytic }, gains);
  }

  function begin(): void {
    const gains = createImprovementMeter(objectives);
    const first = firstTrials(space, warmStart, seedConfigurations, (open, result) => finish(open, result, gains));
    if (first.finished.length + first.open.length > 0) log.begin(first.finished, first.open);
  }

  function startState(): Json {
    const fresh = technique.init(contextOf());
    return trials.length === 0 ? fresh : technique.tell(fresh, [...trials], contextOf(WARM_START));
  }

  /**
   * Asks the technique until it offers something new, else draws it; false when nothing is left or it waits. An ask that
   * came to nothing is stored nowhere, so that it must leave no mark either: a resumed study would lack it.
   */
  function propose(count: number): boolean {
    const before = { step, state };
    const nothing = () => {
      ({ step, state } = before);
      return false;
    };
    for (let attempt = 0; attempt < ASK_TRIES; attempt++) {
      step++;
      const [proposals, asked] = technique.ask(state, count, contextOf());
      state = asked;
      const fresh = unseen(proposals.slice(0, count));
      if (fresh.length > 0) {
        record(fresh, authorOf(asked));
        return true;
      }
      // An empty list means "nothing until the next tell", as long as there is a tell to come.
      if (proposals.length === 0 && running.size + pending.length > 0) return nothing();
    }
    step++;
    const drawn = drawUnseen(space, seen, contextOf().rng);
    if (drawn === undefined) return nothing();
    record([drawn], FALLBACK);
    return true;
  }

  function record(configurations: readonly Configuration[], author: string): void {
    const proposed = configurations.map((configuration, i) => ({ number: next + i, technique: author, configuration }));
    log.propose(proposed, { step, state });
    next += proposed.length;
    for (const { configuration } of proposed) seen.add(space.key(configuration));
    pending.push(...proposed);
  }

  function unseen(proposals: readonly Configuration[]): Configuration[] {
    const keys = new Set<string>();
    return proposals.flatMap((proposal) => {
      if (!space.isLegal(proposal)) return [];
      const configuration = space.canonical(proposal);
      const key = space.key(configuration);
      return !seen.has(key) && !keys.has(key) && keys.add(key) ? [configuration] : [];
    });
  }

  function authorOf(asked: Json): string {
    const part = technique.proposer?.(asked);
    return part === undefined ? technique.name : `${technique.name}/${part}`;
  }
}

function accept(log: StudyLog, resume: boolean): void {
  if (log.isNew || resume) return;
  throw new StudyError('STUDY_EXISTS', `there is a study "${log.definition.name}" already`, {
    remedy: 'go on with it by --resume, or give the new one another --name',
  });
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

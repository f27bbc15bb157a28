/// <reference lib="esnext.disposable" preserve="true" />
import type { Json } from '../base/json.js';
import { createRng } from '../base/rng.js';
import type { Fleet } from '../core/executor.js';
import type { Objective } from '../core/objective.js';
import type { Measurement, Oracle, Race } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { ProposeOptions, Store, StudyDefinition, StudyEvent } from '../core/store.js';
import type { Technique } from '../core/technique.js';
import { ENQUEUED, type FinishedTrial, type OpenTrial, WARM_START } from '../core/trial.js';
import { StudyError } from '../errors.js';
import { checkDefinition, defineStudy, measuredMetrics } from './definition.js';
import { firstTrials, priorTrials } from './first-trials.js';
import { contextsOf, type Proposed, proposeNew, startState, unseen } from './propose.js';
import { checkRace, planRace } from './race.js';
import {
  growTrials,
  judgeTrial,
  measuredConstraints,
  NO_TRIALS,
  readTold,
  type Told,
  type TrialFront,
} from './trial-rules.js';

const TELL_METRICS = 'tell a number for every objective and metric of the study, or what failed';

export interface StudyOptions {
  readonly name: string;
  readonly space: SearchSpace;
  /** What measures. Without one the caller does, and tells the study's objectives and what `metrics` names. */
  readonly oracle?: Oracle;
  /** Without an oracle: metrics beside the objectives, which constraints may read. */
  readonly metrics?: readonly string[];
  readonly technique: Technique;
  /** The technique as the user wrote it, with its options; by default what it says of itself. */
  readonly techniqueSpec?: string;
  readonly objectives: readonly Objective[];
  readonly seed: number;
  readonly store: Store;
  /** Go on with the stored study of that name; without it a stored one is an error. */
  readonly resume?: boolean;
  /** Go on with it although another process, which you know to have ended, seems to write to it. */
  readonly takeOver?: boolean;
  /** Trials are measured where their end leaves this process alive: its own end is then no attempt of theirs. */
  readonly isIsolated?: boolean;
  /** How often a trial is begun whose measurements are lost; then it has failed, kind `lost` (default 3). */
  readonly attempts?: number;
  /** Versions, machine and backend, kept beside the trials; nothing depends on them. */
  readonly environment?: { readonly [key: string]: Json };
  /** Expressions over parameters and measured metrics: a trial that breaks one is infeasible. The space settles others. */
  readonly constraints?: readonly string[];
  /**
   * Configurations race: one is stopped (state `pruned`) when the front of the finished ones dominates it, with the risk,
   * between 0 and 1 and over the whole study, that one of those stopped would have been on it. For oracles with `parts`.
   */
  readonly race?: number;
  /** Trials of earlier studies that a new one begins with: told first, not counted as its own. Ignored on a resume. */
  readonly warmStart?: readonly FinishedTrial[];
  /**
   * Complete trials of a study of a problem like this one (another device, another data set): they say what a new study may
   * expect, to techniques that heed it, and are no trials of its own. Ignored on a resume, which has its own.
   */
  readonly prior?: readonly FinishedTrial[];
  /** Configurations that a new study measures first. Ignored on a resume. */
  readonly seedConfigurations?: readonly Configuration[];
}

/** A study whose loop the caller owns. */
export interface Study {
  /** What the study is, as stored; its objectives have the directions `min` and `max`. */
  readonly definition: StudyDefinition;
  /** Finished trials in the order told. */
  readonly trials: readonly FinishedTrial[];
  /** Those given up when the study was resumed (kind `lost`): the process ended each time that they were measured. */
  readonly lost: readonly FinishedTrial[];
  /** How many of them the study measured itself: without those of a warm start. */
  readonly measuredCount: number;
  /** Trials since the last one that improved on those before it; all while none did. */
  readonly sinceImprovement: number;
  /**
   * Up to `count` trials to measure, those left over from an earlier run first. None when the space is exhausted, or when
   * the next waits for a result. One during which the process has ended twice is given out alone.
   */
  ask(count?: number): OpenTrial[];
  /** What a trial that is about to be measured is raced against; undefined where nothing races. */
  raceOf(trial: OpenTrial): Race | undefined;
  /** Makes proposals until `open` trials are without a result. How many of them are not given out yet. */
  propose(open: number): number;
  /** Counts another attempt at a trial that is being measured, since the last one was lost. */
  again(number: number): void;
  /**
   * Hands in what was measured, in whatever order results come: a measurement, its metrics alone, or with one objective
   * its value. Where it throws, nothing has changed.
   *
   * @throws StudyError STUDY_TELL for a trial that is not being measured, STUDY_MEASUREMENT for what is no measurement or
   *   lacks an objective, as long as no trial had a usable one; later such a trial has failed.
   */
  tell(number: number, told: Told, seconds?: number): FinishedTrial;
  /** The best complete trial of a study with one objective; any of the front otherwise. */
  best(): FinishedTrial | undefined;
  /** The non-dominated complete trials, right after every tell. */
  front(): FinishedTrial[];
  /** Says who measures for the study, to those who look at it from elsewhere. */
  showFleet(fleet: Fleet): void;
  /** Gives the study back; what is not told stays pending. `event` goes into its log. */
  close(event?: { readonly kind: StudyEvent; readonly detail: string }): void;
  [Symbol.dispose](): void;
}

/** A trial during which the process ended so often is given up. */
export const MOST_ATTEMPTS = 3;

/**
 * Creates a study or resumes it exactly where it was: the generator of every step is derived from the seed, the
 * technique's name and the step, and each proposal and each result is stored in one transaction with the technique's state.
 * Nothing is stored before everything was checked.
 *
 * @throws StudyError STUDY_EXISTS without `resume`, STUDY_CHANGED when what the study depends on has changed,
 *   STUDY_GENERATION when only another version can go on with it, STUDY_BUSY when another process writes to it; UsageError
 *   for options that cannot be used.
 */
export async function createStudy(options: StudyOptions): Promise<Study> {
  const { space, technique, seed, store, oracle, resume = false, takeOver = false } = options;
  const { constraints = [], warmStart = [], seedConfigurations = [] } = options;
  const { isIsolated = false, attempts: most = MOST_ATTEMPTS } = options;
  /** What has ended the process before must not take other trials with it. */
  const isSuspect = ({ attempts = 0 }: OpenTrial) => !isIsolated && attempts > 0 && attempts === most - 1;
  const violated = measuredConstraints(space, measuredMetrics(options), constraints);
  const known = store.read(options.name)?.definition;
  const definition = await defineStudy({
    ...options,
    prior: known === undefined ? priorTrials(space, options.prior, options.objectives) : known.prior,
    constraints,
    techniqueSpec: options.techniqueSpec ?? technique.spec ?? technique.name,
  });
  const { objectives, race } = definition;
  if (race !== undefined && oracle !== undefined) {
    checkRace(oracle, objectives, () => space.sample(createRng(seed, 'race')));
  }
  const analyze = (configuration: Configuration) => oracle?.analyze?.(configuration);
  const judge = (open: OpenTrial, measurement: Measurement, before: TrialFront) =>
    judgeTrial(open, measurement, { objectives, violated, analytic: analyze(open.configuration) }, before);
  const context = contextsOf({ space, objectives, constraints, prior: definition.prior, technique, seed });
  const prepare = () => {
    const first = firstTrials(space, warmStart, seedConfigurations, judge, objectives);
    return {
      ...first,
      state: startState(technique, context, first.finished, first.finished.length + first.open.length),
    };
  };

  if (known !== undefined) accept(known, definition, resume);
  let start = known === undefined ? prepare() : undefined;
  const log = store.claim(definition, options.environment ?? {}, { takeOver, isIsolated });
  try {
    // Another process may have come first, and one that was killed have come no further than here.
    if (!log.isNew) accept(log.definition, definition, resume);
    if (log.snapshot() === null && log.finished().length + log.open().length === 0) {
      start ??= prepare();
      if (start.finished.length + start.open.length > 0) log.begin(start.finished, start.open);
    }
  } catch (error) {
    log.release();
    throw error;
  }

  const trials = log.finished();
  const pending = log.open().sort(enqueuedFirst);
  const running = new Map<number, OpenTrial>();
  /** Those of `pending` that are stored as being measured. */
  const started = new Set<number>();
  const seen = new Set([...trials, ...pending].map(({ configuration }) => space.key(configuration)));
  let measuredCount = trials.filter(({ technique: author }) => author !== WARM_START).length;
  let sinceImprovement = trials.length - 1 - trials.findLastIndex(({ improvement }) => improvement > 0);
  let front = trials.reduce((grown, trial) => growTrials(grown, trial, objectives), NO_TRIALS);
  let isProven = trials.some((trial) => trial.technique !== WARM_START && trial.state !== 'failed');
  let isClosed = false;
  const stored = log.snapshot();
  // Without a state there are only trials of earlier studies, each with a proposal behind it.
  let step = stored?.step ?? trials.length + pending.length;
  let state = stored?.state ?? start?.state ?? startState(technique, context, trials, step);
  // A salvaged study may lack some.
  let next = [...trials, ...pending].reduce((last, { number }) => Math.max(last, number), -1) + 1;
  log.event(log.isNew ? 'created' : 'resumed', `${trials.length} trials`);

  const lost = giveUp();

  const close: Study['close'] = (event) => {
    if (isClosed) return;
    isClosed = true;
    try {
      if (event !== undefined) log.event(event.kind, event.detail);
    } finally {
      log.release();
    }
  };
  return {
    definition: log.definition,
    trials,
    lost,
    get measuredCount() {
      return measuredCount;
    },
    get sinceImprovement() {
      return sinceImprovement;
    },
    ask(count = 1) {
      checkOpen();
      if ([...running.values()].some(isSuspect)) return [];
      takeEnqueued();
      // What is given out at once is stored as such; who comes after a crash finds it begun in either case.
      const isStarted = pending.length === 0;
      while (pending.length < count && proposeSome(count - pending.length, isStarted));
      const given: OpenTrial[] = [];
      try {
        for (const trial of pending.slice(0, count)) {
          if (isSuspect(trial) && running.size > 0) break;
          if (!started.delete(trial.number)) log.start(trial.number);
          running.set(trial.number, trial);
          given.push(trial);
          if (isSuspect(trial)) break;
        }
      } catch (error) {
        for (const { number } of given) running.delete(number);
        throw error;
      }
      pending.splice(0, given.length);
      return given;
    },
    propose(open) {
      checkOpen();
      takeEnqueued();
      while (running.size + pending.length < open && proposeSome(1));
      return pending.length;
    },
    raceOf(trial) {
      const parts = oracle?.parts;
      if (race === undefined || parts === undefined) return undefined;
      const members = front.members.map((member) => member.trial);
      return planRace(trial, members, trials, { parts, objectives, seed, risk: race, analyze });
    },
    again(number) {
      checkOpen();
      beingMeasured(number);
      log.start(number);
    },
    tell(number, told, seconds = 0) {
      checkOpen();
      const open = beingMeasured(number);
      const analytic = analyze(open.configuration);
      const measurement = readTold(told, objectives, analytic);
      const isFirst = !isProven && typeof measurement !== 'string' && measurement.state === 'complete';
      const mistake = isFirst ? violated.missing({ ...analytic, ...measurement.metrics }) : undefined;
      if (mistake !== undefined) throw new StudyError('STUDY_MEASUREMENT', mistake, { remedy: TELL_METRICS });
      if (typeof measurement !== 'string') return settle(open, measurement, seconds);
      const message = `trial ${number} has no usable measurement: ${measurement}`;
      if (!isProven) throw new StudyError('STUDY_MEASUREMENT', message, { remedy: TELL_METRICS });
      return settle(open, { state: 'failed', kind: 'correctness', message }, seconds);
    },
    best: () => front.members[0]?.trial,
    front: () => front.members.map(({ trial }) => trial),
    showFleet(fleet) {
      checkOpen();
      log.showFleet(fleet);
    },
    close,
    [Symbol.dispose]: () => close(),
  };

  function checkOpen(): void {
    if (isClosed)
      throw new StudyError('STUDY_CLOSED', `study "${definition.name}" is closed`, { remedy: 'open it again' });
  }

  function beingMeasured(number: number): OpenTrial {
    const open = running.get(number);
    if (open === undefined)
      throw new StudyError('STUDY_TELL', `trial ${number} is not being measured`, {
        remedy: 'tell each trial that ask gave once',
      });
    return open;
  }

  /** The technique learns with the trial in its context, as it will see it from then on; nothing changes until all is stored. */
  function settle(open: OpenTrial, measurement: Measurement, seconds: number): FinishedTrial {
    const trial = judge(open, measurement, front);
    trials.push(trial);
    try {
      const learned = technique.tell(state, [trial], context(trials, step + 1));
      log.finish(trial, seconds, { step: step + 1, state: learned });
      state = learned;
    } catch (error) {
      trials.pop();
      throw error;
    }
    step++;
    running.delete(open.number);
    measuredCount++;
    sinceImprovement = trial.improvement > 0 ? 0 : sinceImprovement + 1;
    front = growTrials(front, trial, objectives);
    isProven ||= trial.state !== 'failed';
    return trial;
  }

  /** Finishes trials that have ended the process too often. */
  function giveUp(): FinishedTrial[] {
    return pending
      .filter(({ attempts = 0 }) => attempts >= most)
      .map((trial) => {
        const message = `the process ended each of the ${trial.attempts} times that it was measured`;
        pending.splice(pending.indexOf(trial), 1);
        log.event('lost', `trial ${trial.number}: ${message}`);
        return settle(trial, { state: 'failed', kind: 'lost', message }, 0);
      });
  }

  /** Asks for something new; false when nothing is left or the technique waits, which leaves no mark. */
  function proposeSome(count: number, isStarted = false): boolean {
    const isWaiting = running.size + pending.length > 0;
    const found = proposeNew({ step, state }, count, { technique, space, trials, seen, isWaiting, context });
    if (found === undefined) return false;
    record(found, count, { isStarted });
    ({ step, state } = found);
    return true;
  }

  function record({ configurations, author, ...snapshot }: Proposed, asked: number, options: ProposeOptions) {
    const proposed = configurations.map((configuration, i) => ({ number: next + i, technique: author, configuration }));
    log.propose(proposed, { ...snapshot, asked }, options);
    next += proposed.length;
    if (options.isStarted === true) for (const { number } of proposed) started.add(number);
    for (const { configuration } of proposed) seen.add(space.key(configuration));
    pending.push(...proposed);
  }

  /** What others want measured comes before what the technique proposed; what cannot be is said in the study's log. */
  function takeEnqueued(): void {
    const queue = log.enqueued();
    if (queue.length === 0) return;
    const wanted = queue.map(({ configuration }) => configuration);
    const fresh = unseen(wanted, space, seen);
    record({ step, state, configurations: fresh, author: ENQUEUED }, 0, { taken: queue });
    pending.sort(enqueuedFirst);
    if (fresh.length < queue.length) {
      log.event('refused', `${queue.length - fresh.length} of ${queue.length} enqueued: illegal, or measured already`);
    }
  }
}

const enqueuedFirst = (a: OpenTrial, b: OpenTrial) =>
  Number(b.technique === ENQUEUED) - Number(a.technique === ENQUEUED);

function accept(stored: StudyDefinition, now: StudyDefinition, resume: boolean): void {
  if (!resume) {
    throw new StudyError('STUDY_EXISTS', `there is a study "${stored.name}" already`, {
      remedy: 'go on with it by --resume, or give the new one another --name',
    });
  }
  checkDefinition(stored, now);
}

import type { Json } from '../base/json.js';
import { createRng } from '../base/rng.js';
import type { Measurement } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import type { OpenTrial, StudyLog } from '../core/store.js';
import type { Context } from '../core/technique.js';
import { type FinishedTrial, WARM_START } from '../core/trial.js';
import { StudyError } from '../errors.js';
import { checkDefinition } from './check-definition.js';
import { createFront } from './current-front.js';
import { defineStudy } from './define-study.js';
import { drawUnseen } from './draw-unseen.js';
import { finishTrial } from './finish-trial.js';
import { firstTrials } from './first-trials.js';
import { createImprovementMeter, type ImprovementMeter } from './improvement.js';
import { measuredConstraints } from './measured-constraints.js';
import type { Study, StudyOptions } from './study.js';

export type { Study, StudyOptions } from './study.js';

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
  const contextOf = (): Context => ({ space, objectives, trials, rng: createRng(seed, technique.name, step) });
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
    return trials.length === 0 ? fresh : technique.tell(fresh, [...trials], contextOf());
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

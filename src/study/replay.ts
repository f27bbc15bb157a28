import type { Json } from '../base/json.js';
import { isSame } from '../base/json.js';
import type { Progress } from '../base/progress.js';
import type { Steps } from '../base/turns.js';
import type { SearchSpace } from '../core/space.js';
import type { StudyHistory, TrialFault } from '../core/store.js';
import type { Technique } from '../core/technique.js';
import type { FinishedTrial, OpenTrial } from '../core/trial.js';
import { eventsOf } from './event-order.js';
import { contextsOf, proposeNew, startState } from './propose.js';

export interface ReplayOptions {
  readonly space: SearchSpace;
  readonly technique: Technique;
  readonly onProgress?: Progress | undefined;
}

export interface Replayed {
  /** Asks and tells that were made again and gave what is stored. */
  readonly asks: number;
  readonly tells: number;
  /** The first thing that differs, after which nothing can be replayed. */
  readonly fault?: TrialFault;
  /** The order was not kept by the release that ran the search; that of one worker was taken. */
  readonly isOrderGuessed: boolean;
}

/**
 * Runs a stored search again without measuring: the technique is asked and told in the order that was kept, from the seed
 * on, and must propose what is stored and end in the state that is stored.
 */
export function* replay(history: StudyHistory, { space, technique, onProgress }: ReplayOptions): Steps<Replayed> {
  const { definition, snapshot } = history;
  const { events, given, isOrderGuessed } = eventsOf(history);
  const { objectives, constraints = [], seed, prior } = definition;
  const context = contextsOf({ space, objectives, constraints, prior, technique, seed });
  const trials = [...given.finished];
  const seen = new Set([...given.finished, ...given.open].map(({ configuration }) => space.key(configuration)));
  let waiting = given.open.length;
  let step = seen.size;
  let state: Json = startState(technique, context, trials, step);
  let [asks, tells] = [0, 0];
  const done = (fault?: TrialFault): Replayed => ({ asks, tells, isOrderGuessed, ...(fault && { fault }) });
  for (const [i, event] of events.entries()) {
    onProgress?.(i, events.length);
    yield;
    if (event.kind === 'tell') {
      trials.push(event.trial);
      state = technique.tell(state, [event.trial], context(trials, ++step));
      waiting--;
      if (event.step !== null && event.step !== step) {
        return done({ trial: event.trial.number, what: `it was told at step ${event.step}, which is step ${step}` });
      }
      tells++;
      continue;
    }
    if (event.kind === 'ask') {
      const asking = { technique, space, trials, seen, isWaiting: waiting > 0, context };
      const found = proposeNew({ step, state }, event.count, asking);
      const fault = compare(event.trials, found, event.step);
      if (found === undefined || fault !== undefined) {
        return done(fault ?? { trial: event.trials[0]?.number ?? null, what: 'nothing is proposed here' });
      }
      ({ step, state } = found);
      asks++;
    }
    for (const { configuration } of event.trials) seen.add(space.key(configuration));
    waiting += event.trials.length;
  }
  onProgress?.(events.length, events.length);
  if (events.length === 0) return done();
  if (snapshot === null || snapshot.step !== step) {
    const at = snapshot === null ? 'none' : `step ${snapshot.step}`;
    return done({
      trial: null,
      what: `the trials lead to step ${step}, stored is ${at}: the last of them are missing`,
    });
  }
  return isSame(state, plain(snapshot.state, state))
    ? done()
    : done({ trial: null, what: "the technique's stored state is not what the trials lead to" });
}

/** A comparison keeps a meter around the state. */
const plain = (stored: Json, own: Json): Json => {
  const { inner, meter } = (stored ?? {}) as { readonly inner?: Json; readonly meter?: Json };
  const isMetered = inner !== undefined && meter !== undefined && !isSame(stored, own);
  return isMetered ? inner : stored;
};

function compare(
  stored: readonly (OpenTrial | FinishedTrial)[],
  found: ReturnType<typeof proposeNew>,
  step: number | null,
): TrialFault | undefined {
  if (found === undefined) return undefined;
  for (const [i, { number, technique, configuration }] of stored.entries()) {
    const proposed = found.configurations[i];
    if (isSame(proposed, configuration) && technique === found.author) continue;
    const is = `${technique} ${JSON.stringify(configuration)}`;
    const own = proposed === undefined ? 'nothing' : `${found.author} ${JSON.stringify(proposed)}`;
    return { trial: number, what: `stored is ${shorten(is)}, proposed is ${shorten(own)}` };
  }
  const [first] = stored;
  const trial = first?.number ?? null;
  if (found.configurations.length !== stored.length) {
    return {
      trial,
      what: `stored are ${stored.length} trials of its ask, proposed are ${found.configurations.length}`,
    };
  }
  return step === null || step === found.step
    ? undefined
    : { trial, what: `it was proposed at step ${step}, which is step ${found.step}` };
}

const shorten = (text: string) => (text.length > 160 ? `${text.slice(0, 157)}…` : text);

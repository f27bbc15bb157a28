import { createInbox } from '../base/inbox.js';
import type { Delivery, Executor, Job } from '../core/executor.js';
import type { Race } from '../core/oracle.js';
import type { OpenTrial } from '../core/trial.js';
import type { Told } from './trial-rules.js';

/** The result of a trial that is being measured, to be told. */
export interface Landed {
  readonly number: number;
  readonly result: Told;
  readonly seconds: number;
  /** Seconds that passed when it was recorded, not now. */
  readonly replayed: number;
  /** To be called when it was told. */
  acknowledge?(): void;
}

export interface FlightOptions {
  readonly executor: Executor;
  readonly seed: number;
  /** How often a trial is measured whose measurements are lost. */
  readonly attempts: number;
  /** Results are handed out in the order of `launch`, not as they come. */
  readonly inOrder: boolean;
  /** What a trial is measured against, where configurations race. */
  readonly raceOf?: (trial: OpenTrial) => Race | undefined;
  /** Counts another attempt where the trial is stored. */
  readonly again: (trial: number) => void;
}

/** The trials that an executor has, each until its result was handed out. */
export interface Flight {
  readonly size: number;
  /** Those without a result yet. */
  readonly measuring: number;
  /** Outcomes that came after their attempt had been given up; they were dropped. */
  readonly late: number;
  launch(trial: OpenTrial): void;
  /** The next result; undefined when the number of workers has changed. */
  next(): Promise<Landed | undefined>;
  /** Asks for nothing more. */
  end(): void;
}

/** What the second attempt waits for; each further one twice as long, up to the most. */
const BACK_OFF_MS = 500;
const LONGEST_BACK_OFF_MS = 30_000;

export function createFlight({ executor, seed, attempts, inOrder, raceOf, again }: FlightOptions): Flight {
  const airborne = new Map<number, { readonly job: Job; landed: boolean }>();
  const givenUp = new Set<string>();
  const waiting = new Map<number, Landed>();
  const timers = new Set<NodeJS.Timeout>();
  const events = createInbox<Landed | Error | undefined>();
  let late = 0;
  let isOver = false;
  let isListening = false;

  const fail = (error: unknown) => events.put(error instanceof Error ? error : new Error(String(error)));
  const submit = (job: Job) => {
    airborne.set(job.trial, { job, landed: false });
    executor.submit(job).catch(fail);
  };

  /** One call of `next` at a time, kept while nothing comes. */
  async function listen(): Promise<void> {
    isListening = true;
    try {
      while (!isOver) take(await executor.next());
    } catch (error) {
      fail(error);
    }
  }

  function take(delivery: Delivery | null): void {
    if (isOver) return;
    if (delivery === null) events.put(undefined);
    else if (isCurrent(delivery)) land(delivery);
    else {
      const { trial, attempt, outcome } = delivery;
      const isGivenUp = givenUp.has(keyOf(trial, attempt)) || attempt < (airborne.get(trial)?.job.attempt ?? 0);
      if (isGivenUp && outcome.kind === 'measured') late++;
      delivery.acknowledge?.();
    }
  }

  /** What is delivered twice, and what an earlier coordinator has stored already, is not. */
  function isCurrent({ trial, attempt }: Delivery): boolean {
    const flying = airborne.get(trial);
    const isOpen = flying !== undefined && !flying.landed && flying.job.attempt === attempt;
    return isOpen && !givenUp.has(keyOf(trial, attempt));
  }

  function land({ trial, attempt, outcome, acknowledge }: Delivery): void {
    const flying = airborne.get(trial) as { readonly job: Job; landed: boolean };
    if (outcome.kind === 'lost') givenUp.add(keyOf(trial, attempt));
    if (outcome.kind === 'lost' && attempt < attempts) {
      acknowledge?.();
      retry(flying.job);
      return;
    }
    flying.landed = true;
    const told = outcome.kind === 'measured' ? outcome : { result: lost(attempt, outcome.message), seconds: 0 };
    events.put({ ...timed(told), number: trial, ...(acknowledge === undefined ? {} : { acknowledge }) });
  }

  function retry(job: Job): void {
    const delay = Math.min(BACK_OFF_MS * 2 ** (job.attempt - 1), LONGEST_BACK_OFF_MS);
    const timer = setTimeout(() => {
      timers.delete(timer);
      try {
        again(job.trial);
        submit({ ...job, attempt: job.attempt + 1 });
      } catch (error) {
        fail(error);
      }
    }, delay);
    timers.add(timer);
  }

  return {
    get size() {
      return airborne.size;
    },
    get measuring() {
      return airborne.size - waiting.size;
    },
    get late() {
      return late;
    },
    launch(trial) {
      const { number, configuration, attempts: before = 0 } = trial;
      const race = raceOf?.(trial);
      submit({ trial: number, attempt: before + 1, configuration, seed, ...(race === undefined ? {} : { race }) });
    },
    async next() {
      if (!isListening) void listen();
      for (;;) {
        const [first] = airborne.keys();
        const ready = inOrder && first !== undefined ? waiting.get(first) : undefined;
        const event = ready ?? (await events.take());
        if (event === undefined) return undefined;
        if (event instanceof Error) throw event;
        if (inOrder && event.number !== first) {
          waiting.set(event.number, event);
          // There is a worker without a job now.
          return undefined;
        }
        airborne.delete(event.number);
        waiting.delete(event.number);
        return event;
      }
    },
    end() {
      isOver = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

const keyOf = (trial: number, attempt: number) => `${trial}-${attempt}`;

/** What a user's code returns need not be what its type says. */
function timed({ result, seconds }: { readonly result: unknown; readonly seconds: number }) {
  const { state, seconds: recorded } = (result ?? {}) as { readonly state?: unknown; readonly seconds?: unknown };
  const isReplay = typeof state === 'string' && typeof recorded === 'number' && recorded >= 0;
  const replayed = isReplay ? recorded : 0;
  return { result: result as Told, seconds: isReplay ? recorded : seconds, replayed };
}

const lost = (attempts: number, message: string): Told => ({
  state: 'failed',
  kind: 'lost',
  message: `lost ${attempts === 1 ? 'once' : `${attempts} times`}, last: ${message}`,
});

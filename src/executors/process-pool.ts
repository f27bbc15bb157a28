import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../base/json.js';
import { fromPortable, type PortableError } from '../base/portable-error.js';
import type { Job, Measurer, Outcome, Requirement } from '../core/executor.js';
import { ExecutorError } from '../errors.js';
import { checkRequirement } from './requirement.js';

/** What the pool tells a measuring process: what to open (first and once), a job, or that the job is to end. */
export type ProcessRequest = { readonly open: Json } | { readonly job: Job } | { readonly abort: true };

export type ProcessReply =
  | { readonly ready: Requirement }
  | { readonly error: PortableError }
  | { readonly outcome: Outcome };

export interface ProcessPoolOptions {
  readonly count: number;
  /** The program that speaks `ProcessRequest` and `ProcessReply`. */
  readonly program: URL;
  /** What each process opens, by its place. */
  readonly open: (index: number) => Json;
  /** What each process must hold. */
  readonly requirement: Requirement;
}

/** How long a process may take to heed the end of its job, or its own. */
const GRACE_MS = 4000;
/** A process that ends before it is ready is started anew so often. */
const STARTS = 3;
const RESTART_MS = 500;

/**
 * Processes that measure one job at a time each by an oracle of their own. One that ends, in whatever way, loses its job
 * and is replaced; so is one that does not end a job it was told to end.
 *
 * @throws what opening the oracle throws; ExecutorError EXECUTOR_REFUSED when it is not what is required,
 *   EXECUTOR_PROCESS when a process ends again and again before it is ready. `measure` rejects likewise when a process
 *   cannot be replaced.
 */
export async function startProcessPool(options: ProcessPoolOptions): Promise<Measurer> {
  const { count } = options;
  const started = await Promise.allSettled(Array.from({ length: count }, (_, i) => startProcess(options, i)));
  const all = new Set(started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all([...all].map((one) => one.end()));
    throw failed.reason;
  }
  const idle = [...all];
  const queue: ((one: MeasuringProcess) => void)[] = [];
  let isClosed = false;
  const handBack = (one: MeasuringProcess) => {
    const next = queue.shift();
    if (next === undefined) idle.push(one);
    else next(one);
  };
  const living = async (one: MeasuringProcess): Promise<MeasuringProcess> => {
    if (one.isAlive() || isClosed) return one;
    all.delete(one);
    const fresh = await startProcess(options, count);
    all.add(fresh);
    if (isClosed) await fresh.end();
    return fresh;
  };
  return {
    slots: count,
    async measure(job, signal) {
      const one = idle.pop() ?? (await new Promise<MeasuringProcess>((resolve) => queue.push(resolve)));
      let own = one;
      try {
        own = await living(one);
        return await own.measure(job, signal);
      } finally {
        handBack(own);
      }
    },
    async close() {
      isClosed = true;
      await Promise.all([...all].map((one) => one.end()));
    },
  };
}

interface MeasuringProcess {
  isAlive(): boolean;
  measure(job: Job, signal: AbortSignal): Promise<Outcome>;
  end(): Promise<void>;
}

async function startProcess(options: ProcessPoolOptions, index: number): Promise<MeasuringProcess> {
  for (let start = 1; ; start++) {
    const one = forkProcess(options.program);
    const reply = await one.ask({ open: options.open(index) });
    const isReady = typeof reply === 'object' && 'ready' in reply;
    try {
      if (isReady) checkRequirement(options.requirement, reply.ready, 'this machine');
    } catch (error) {
      await one.end();
      throw error;
    }
    if (isReady) return one;
    await one.end();
    if (typeof reply === 'object' && 'error' in reply) throw fromPortable(reply.error);
    if (start === STARTS) {
      throw new ExecutorError('EXECUTOR_PROCESS', `a measuring process ${reply} before it was ready`, {
        remedy: 'see what it wrote above; with little memory start fewer processes',
      });
    }
    await sleep(RESTART_MS);
  }
}

function forkProcess(
  program: URL,
): MeasuringProcess & { ask(request: ProcessRequest): Promise<ProcessReply | string> } {
  const child = fork(program, {
    // The built program needs no flags of this process; its output must not end up among results.
    execArgv: [],
    stdio: ['ignore', 2, 2, 'ipc'],
    serialization: 'advanced',
  });
  let ending: string | undefined;
  let settle: ((reply: ProcessReply | string) => void) | undefined;
  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      ending ??= how;
      settle?.(ending);
      resolve();
    };
    child.on('exit', (code, signal) =>
      end(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
    );
    child.on('error', ({ message }) => end(`could not be used: ${message}`));
  });
  child.on('message', (reply: ProcessReply) => settle?.(reply));
  const send = (request: ProcessRequest) => child.connected && child.send(request, () => {});
  const ask = async (request: ProcessRequest): Promise<ProcessReply | string> => {
    if (ending !== undefined) return ending;
    const replied = new Promise<ProcessReply | string>((resolve) => (settle = resolve));
    send(request);
    const reply = await replied;
    settle = undefined;
    return reply;
  };
  return {
    ask,
    isAlive: () => ending === undefined,
    async measure(job, signal) {
      let grace: NodeJS.Timeout | undefined;
      const abort = () => {
        send({ abort: true });
        grace = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      };
      const asked = ask({ job });
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      const reply = await asked;
      clearTimeout(grace);
      signal.removeEventListener('abort', abort);
      if (typeof reply === 'object' && 'outcome' in reply) return reply.outcome;
      return { kind: 'lost', message: `the process that measured it ${typeof reply === 'string' ? reply : 'failed'}` };
    },
    end: () => endProcess(child, gone),
  };
}

/** A process ends by itself when nobody listens to it any more. */
async function endProcess(child: ChildProcess, gone: Promise<void>): Promise<void> {
  if (child.connected) child.disconnect();
  const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await gone;
  clearTimeout(late);
}

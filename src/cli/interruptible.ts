import { constants } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { note, type TerminalShape, terminal } from './terminal.js';

// Node hears signals on the main thread, between two turns of its loop. Work that computes for minutes without a pause
// would make a process deaf that has handlers of its own in place of the default action, which is to end. So the main
// thread of a command that can be stopped does nothing but listen, and the work goes on in a thread beside it.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type SignalName = (typeof SIGNALS)[number];

/** How long a thread may take to hear that it is to stop. */
const PATIENCE_MS = 2000;
/** A second signal within this time is the first once more: npm passes on what the terminal has sent already. */
const ECHO_MS = 300;

const STOPPING = '\nstopping after the current step (once more to stop at once) …';

interface ThreadData {
  readonly isCommand: true;
  readonly terminal: TerminalShape;
}
type ToThread = 'stop';
/** `hears`: can save and stop; `deaf`: would only be ended; `stopping`: has heard. */
type FromThread = 'hears' | 'deaf' | 'stopping';

/**
 * Runs a command in a thread of its own and listens for Ctrl-C, SIGTERM and SIGHUP meanwhile. The first lets work that
 * is `interruptible` save and stop; a second one, or two seconds in which the thread did not hear the first, end the
 * process by that very signal. That loses nothing: everything finished is on disk.
 *
 * @returns the exit code; 128 and the signal's number after an interruption, as shells count it.
 */
export function runInThread(module: URL, args: readonly string[]): Promise<number> {
  const worker = new Worker(module, {
    argv: [...args],
    workerData: { isCommand: true, terminal } satisfies ThreadData,
  });
  let hears = false;
  let first: { readonly name: SignalName; readonly at: number } | undefined;
  let patience: NodeJS.Timeout | undefined;
  const listeners = SIGNALS.map((name) => [name, () => hear(name)] as const);
  for (const [name, listener] of listeners) process.on(name, listener);
  worker.on('message', (message: FromThread) => {
    if (message === 'stopping') clearTimeout(patience);
    else hears = message === 'hears';
  });

  function hear(name: SignalName): void {
    if (first !== undefined && performance.now() - first.at < ECHO_MS) return;
    if (!hears || first !== undefined) {
      end(name);
      return;
    }
    first = { name, at: performance.now() };
    note(STOPPING);
    worker.postMessage('stop' satisfies ToThread);
    patience = setTimeout(() => end(name), PATIENCE_MS);
  }

  /** By the signal's default action: `process.exit` would wait for the thread. */
  function end(name: SignalName): void {
    for (const [each, listener] of listeners) process.off(each, listener);
    process.kill(process.pid, name);
  }

  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', (code) => {
      clearTimeout(patience);
      for (const [each, listener] of listeners) process.off(each, listener);
      resolve(code === 130 && first !== undefined ? 128 + constants.signals[first.name] : code);
    });
  });
}

/** Hands `work` a signal that the first Ctrl-C, SIGTERM or SIGHUP aborts, so that it can save and stop. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const listen = (workerData as Partial<ThreadData> | null)?.isCommand === true ? listenInThread : listenInProcess;
  const end = listen(() => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    end();
  }
}

function listenInThread(stop: () => void): () => void {
  const say = (message: FromThread) => parentPort?.postMessage(message);
  const hear = () => {
    say('stopping');
    stop();
  };
  parentPort?.on('message', hear);
  say('hears');
  return () => {
    parentPort?.off('message', hear);
    say('deaf');
  };
}

/** Where a command is called from code: the second signal finds the default action again. */
function listenInProcess(stop: () => void): () => void {
  const hear = () => {
    end();
    note(STOPPING);
    stop();
  };
  const end = () => {
    for (const name of SIGNALS) process.off(name, hear);
  };
  for (const name of SIGNALS) process.on(name, hear);
  return end;
}

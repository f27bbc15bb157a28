import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { startTimer } from '../base/timer.js';

export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly endedBy: NodeJS.Signals | null;
  /** The end of standard output. */
  readonly output: string;
  /** The end of standard error. */
  readonly errors: string;
  /** Wall clock from start to exit. */
  readonly seconds: number;
}

export interface ProgramOptions {
  readonly environment: { readonly [name: string]: string };
  /** Limit of the address space of each process (`ulimit -v`). */
  readonly memoryMegabytes?: number;
  readonly signal: AbortSignal;
}

/** Enough for a result; earlier output is let go. */
const KEPT_CHARACTERS = 65_536;
const KEPT_ERRORS = 2000;
/** When nothing came for so long after the exit, or at the latest after a second, its output is taken as complete. */
const QUIET_MS = 100;
const LATEST_MS = 1000;
/** Shells read no larger limit; there is no such address space. */
const MOST_KIBIBYTES = 2 ** 52;

/**
 * Runs a program in a process group of its own. The whole group is killed when the signal aborts, when the program
 * itself ends (it must not leave children behind that disturb the next measurement) and when this process or thread
 * ends, in whatever way. A helper that left the group and holds the output open is not waited for.
 *
 * @throws the spawn error when the program cannot be started.
 */
export function runProgram(words: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  const [program, ...rest] = limited(words, options.memoryMegabytes);
  const { signal } = options;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    // Before the program: until its group is told of, nobody would end it.
    const watch = guard();
    const child = spawn(program as string, rest, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.environment },
    });
    const release = watch(child.pid);
    const kill = () => killGroup(child.pid);
    if (signal.aborted) kill();
    signal.addEventListener('abort', kill, { once: true });
    let [output, errors, pieces] = ['', '', 0];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_CHARACTERS);
      pieces++;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-KEPT_ERRORS);
      pieces++;
    });
    child.on('error', (error) => {
      release();
      signal.removeEventListener('abort', kill);
      reject(error);
    });
    child.on('exit', (exitCode, endedBy) => {
      const seconds = (performance.now() - started) / 1000;
      kill();
      release();
      signal.removeEventListener('abort', kill);
      const finish = () => {
        stop();
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ exitCode, endedBy, output, errors: errors.trim(), seconds });
      };
      child.once('close', finish);
      let stop = () => {};
      const wait = (left: number) => {
        const before = pieces;
        // Pipes are read between timers and immediates, so what has been written is in before the second look.
        const look = () => setImmediate(() => (pieces > before && left > QUIET_MS ? wait(left - QUIET_MS) : finish()));
        stop = startTimer(QUIET_MS, look);
      };
      wait(LATEST_MS);
    });
  });
}

/** The shell sets the limit and then becomes the program, so its exit and its process number are the program's. */
function limited(words: readonly string[], megabytes: number | undefined): readonly string[] {
  if (megabytes === undefined) return words;
  const kibibytes = Math.min(Math.ceil(megabytes * 1024), MOST_KIBIBYTES);
  return ['/bin/sh', '-c', 'ulimit -v "$0" && exec "$@"', String(kibibytes), ...words];
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}

/**
 * Keeps the list of groups that run, line by line, and kills them when the pipe closes: a signal handler would not run
 * in a thread, nor on SIGKILL, and would change what signals do to the caller's process.
 */
const GUARD = `
groups=' '
while read -r sign pid; do
  case $sign in
    +) groups="$groups$pid " ;;
    -) groups="\${groups%% $pid *} \${groups#* $pid }" ;;
  esac
done
for pid in $groups; do kill -KILL -"$pid"; done`;

let guardian: ChildProcess | undefined;

/** Returns what ends the group of a leader with this process, until the function that it returns is called. */
function guard(): (pid: number | undefined) => () => void {
  if (guardian === undefined || guardian.exitCode !== null || guardian.signalCode !== null) {
    // A session of its own: a terminal that hangs up does not end it.
    guardian = spawn('/bin/sh', ['-c', GUARD], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    // Without it programs are measured all the same.
    guardian.on('error', () => {});
    guardian.stdin?.on('error', () => {});
    guardian.unref();
    (guardian.stdin as Socket).unref();
  }
  const { stdin } = guardian;
  return (pid) => {
    if (pid === undefined) return () => {};
    stdin?.write(`+ ${pid}\n`);
    return () => void stdin?.write(`- ${pid}\n`);
  };
}

import { type ChildProcess, spawn } from 'node:child_process';

export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly endedBy: NodeJS.Signals | null;
  /** The last line of standard output that is not blank; '' without one. */
  readonly lastLine: string;
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

/** Enough for a last line; earlier output is let go. */
const KEPT_CHARACTERS = 65_536;
const KEPT_ERRORS = 2000;

/** Groups of programs that run now, to be ended when this process ends in whatever way it may notice. */
const groups = new Set<number>();
let watching = false;

/**
 * Runs a program in a process group of its own. The whole group is killed when the signal aborts, when the program
 * itself ends (it must not leave children behind that disturb the next measurement) and when this process exits.
 *
 * @throws the spawn error when the program cannot be started.
 */
export function runProgram(words: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  const [program, ...rest] = limited(words, options.memoryMegabytes);
  const { signal } = options;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program as string, rest, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.environment },
    });
    const kill = () => killGroup(child);
    watch(child);
    if (signal.aborted) kill();
    signal.addEventListener('abort', kill, { once: true });
    let [output, errors, seconds] = ['', '', 0];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_CHARACTERS);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-KEPT_ERRORS);
    });
    child.on('error', reject);
    child.on('exit', () => {
      seconds = (performance.now() - started) / 1000;
      kill();
      signal.removeEventListener('abort', kill);
      groups.delete(child.pid ?? 0);
    });
    child.on('close', (exitCode, endedBy) => {
      const lastLine = output.trimEnd().split('\n').at(-1)?.trim() ?? '';
      resolve({ exitCode, endedBy, lastLine, errors: errors.trim(), seconds });
    });
  });
}

/** The shell sets the limit and then becomes the program, so its exit and its process number are the program's. */
function limited(words: readonly string[], megabytes: number | undefined): readonly string[] {
  if (megabytes === undefined) return words;
  return ['/bin/sh', '-c', 'ulimit -v "$0" && exec "$@"', String(Math.ceil(megabytes * 1024)), ...words];
}

function watch(child: ChildProcess): void {
  if (child.pid !== undefined) groups.add(child.pid);
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const group of groups) killGroup({ pid: group });
  });
}

function killGroup({ pid }: { readonly pid?: number | undefined }): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}

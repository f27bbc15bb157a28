import { execFile } from 'node:child_process';
import { ExecutorError } from '../errors.js';

/** A task of a job array as squeue has it: `17_3`. */
export interface SlurmTask {
  readonly id: string;
  /** PENDING, RUNNING, COMPLETING, … */
  readonly state: string;
  readonly node: string;
  readonly reason: string;
}

/**
 * Submits a job array of `count` tasks that all run the script.
 *
 * @returns the array's job id.
 * @throws ExecutorError EXECUTOR_SLURM with what sbatch says.
 */
export async function submitArray(script: string, count: number, options: readonly string[]): Promise<string> {
  const said = await call('sbatch', ['--parsable', `--array=1-${count}`, ...options], script);
  // On a federation the cluster's name follows.
  const id = /^(\d+)(?:;|$)/m.exec(said.trim())?.[1];
  if (id !== undefined) return id;
  throw new ExecutorError('EXECUTOR_SLURM', `sbatch answered "${said.trim()}", which is no job`, {
    remedy: 'sbatch --parsable must print the number of the job alone; see what a wrapper of sbatch adds',
  });
}

/** The tasks of these arrays that wait or run; those that have ended are not among them. */
export async function listTasks(arrays: readonly string[]): Promise<SlurmTask[]> {
  if (arrays.length === 0) return [];
  const format = ['--noheader', '--array', '--format=%i|%T|%N|%r'];
  // Slurm forgets an array some minutes after its end; named alone, it is an error then.
  const said = await Promise.all(
    arrays.map((array) =>
      call('squeue', [...format, `--jobs=${array}`]).catch((error: Error) => {
        if (/invalid job id/i.test(error.message)) return '';
        throw error;
      }),
    ),
  );
  return said.flatMap((lines) =>
    lines.split('\n').flatMap((line) => {
      const [id = '', state = '', node = '', reason = ''] = line.trim().split('|');
      return /^\d+_\d+$/.test(id) ? [{ id, state, node, reason }] : [];
    }),
  );
}

/** How a task ended (`NODE_FAIL`, `TIMEOUT`, `OUT_OF_MEMORY`, …); undefined where accounting does not tell. */
export async function endOf(task: string): Promise<string | undefined> {
  const words = ['--noheader', '--parsable2', '--allocations', `--jobs=${task}`, '--format=State,ExitCode'];
  const said = await call('sacct', words).catch(() => '');
  const [state, exit] = said.trim().split('\n').at(-1)?.split('|') ?? [];
  if (state === undefined || state === '') return undefined;
  return exit === undefined || exit === '0:0' ? state : `${state}, exit ${exit}`;
}

export async function cancelArrays(arrays: readonly string[]): Promise<void> {
  if (arrays.length > 0) await call('scancel', ['--quiet', ...arrays]).catch(() => undefined);
}

function call(program: string, words: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (what: string, remedy: string, cause: unknown) =>
      reject(new ExecutorError('EXECUTOR_SLURM', `${program} ${what}`, { remedy, cause }));
    const child = execFile(program, words, { timeout: 60_000 }, (error, output, errors) => {
      if (error === null) resolve(output);
      else if (error.code === 'ENOENT') {
        fail('is not here', 'run the search on a login node of the cluster, or use --executor folder:…', error);
      } else {
        const said = `${errors}${output}`.trim() || error.message;
        fail(`says: ${said}`, 'check the partition and the options after "slurm:"', error);
      }
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

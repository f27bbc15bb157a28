import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeAtomically } from '../../base/files.js';
import { builtModule } from '../../base/package-root.js';
import type { ExecutorKind } from '../../core/executor.js';
import { ExecutorError, UsageError } from '../../errors.js';
import { openMailboxExecutor } from '../mailbox-executor.js';
import { serveMailbox } from '../mailbox-worker.js';
import { cancelArrays, endOf, listTasks, type SlurmTask, submitArray } from '../slurm-commands.js';

const WHERE = 'partition=NAME,workers=NUMBER,folder=/shared/run1[,slots=NUMBER][,SBATCH_OPTION=VALUE…]';

interface Settings {
  readonly folder: string;
  readonly workers: number;
  readonly slots: number;
  /** For sbatch. */
  readonly options: readonly string[];
}

/** Tasks that end one after the other before a worker has come end the search. */
const MOST_FAILURES = 3;
/** Slurm's controller serves everybody. */
const WATCH_MS = 10_000;

export default {
  where: WHERE,
  async open(where, request) {
    const { folder, workers, slots, options } = readSettings(where);
    const { study, onNote, workerArguments } = request;
    const mailbox = await openMailboxExecutor(folder, request, 'see `squeue` for when Slurm starts them');
    const arrays = await readArrays(folder);
    const stop = new AbortController();
    let tasks = new Map<string, SlurmTask>();
    let failures = 0;
    const logs = join(folder, 'slurm');
    const words = ['worker', `folder:${folder}`, '--slots', String(slots), ...workerArguments];
    // Slurm starts a script of its own copy: the program and its words are quoted for the shell.
    const program = [process.execPath, builtModule('cli/main.js').pathname, ...words];
    const script = `#!/bin/sh\nexec ${program.map(quoted).join(' ')}\n`;

    const fill = async (count: number) => {
      if (count <= 0) return;
      await mkdir(logs, { recursive: true });
      const output = `--output=${join(logs, '%A_%a.log')}`;
      const array = await submitArray(script, count, [`--job-name=supersam-${study}`, output, ...options]);
      arrays.push(array);
      await writeAtomically(arraysFile(folder), JSON.stringify(arrays));
      onNote(`Slurm has ${count} workers to start: job ${array}`);
    };
    const listed = async () => new Map((await listTasks(arrays)).map((task) => [task.id, task]));

    const workersOf = (task: string) => mailbox.workerNames().filter((name) => name.includes(mark(task)));

    const watch = async () => {
      /** Tasks whose worker has been there. */
      const served = new Set<string>();
      for (;;) {
        await sleep(WATCH_MS, undefined, { signal: stop.signal }).catch(() => undefined);
        if (stop.signal.aborted) return;
        for (const id of tasks.keys()) if (workersOf(id).length > 0) served.add(id);
        // A controller that does not answer for a moment says nothing of the workers.
        const now = await listed().catch(() => undefined);
        if (now === undefined) continue;
        const ended = [...tasks.keys()].filter((id) => !now.has(id));
        tasks = now;
        for (const id of ended) {
          for (const name of workersOf(id)) mailbox.workerEnded(name);
          failures = served.has(id) ? 0 : failures + 1;
          onNote(`Slurm's task ${id} has ended${said(await endOf(id))}; its log: ${join(logs, `${id}.log`)}`);
        }
        if (failures >= MOST_FAILURES) {
          throw new ExecutorError('EXECUTOR_SLURM', `${failures} tasks ended before they measured anything`, {
            remedy: `read ${join(logs, `${ended.at(-1)}.log`)}`,
          });
        }
        await fill(ended.length);
        if (ended.length > 0) tasks = await listed().catch(() => tasks);
      }
    };

    try {
      tasks = await listed();
      await fill(workers - tasks.size);
      tasks = await listed();
    } catch (error) {
      await mailbox.close(false);
      throw error;
    }
    let failed: (error: unknown) => void = () => {};
    const failure = new Promise<never>((_, reject) => (failed = reject));
    failure.catch(() => undefined);
    const watching = watch().catch(failed);
    return {
      ...mailbox,
      name: 'slurm',
      next: () => Promise.race([mailbox.next(), failure]),
      async close(isFinished) {
        stop.abort();
        await watching;
        await mailbox.close(isFinished);
        // They were started for this search; what they have in hand they finish or give back.
        await cancelArrays(arrays);
        await rm(arraysFile(folder), { force: true });
      },
    };
  },
  serve: (where, request) => serveMailbox(where.includes('=') ? readSettings(where).folder : resolve(where), request),
} satisfies ExecutorKind;

/** What a worker's name has of the task that runs it. */
const mark = (task: string) => `-slurm${task}-`;

const said = (end: string | undefined) => (end === undefined ? '' : ` (${end})`);
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
const arraysFile = (folder: string) => join(folder, 'slurm.json');

/** The job arrays that an earlier coordinator has started. */
async function readArrays(folder: string): Promise<string[]> {
  try {
    const read = JSON.parse(await readFile(arraysFile(folder), 'utf8')) as unknown;
    return Array.isArray(read) ? read.map(String).filter((id) => /^\d+$/.test(id)) : [];
  } catch {
    return [];
  }
}

function readSettings(where: string): Settings {
  const refuse = (what: string) => new UsageError(`"slurm:${where}" ${what}`, { remedy: `write slurm:${WHERE}` });
  const given = new Map<string, string>();
  for (const part of where.split(',')) {
    const [, key, value] = /^([a-z][a-z-]*)=(.+)$/.exec(part) ?? [];
    if (key === undefined || value === undefined) throw refuse(`cannot be read at "${part}"`);
    given.set(key, value);
  }
  const take = (key: string, missing?: string) => {
    const value = given.get(key) ?? missing;
    given.delete(key);
    if (value === undefined) throw refuse(`lacks ${key}=`);
    return value;
  };
  const count = (key: string, missing?: string) => {
    const text = take(key, missing);
    if (!/^[1-9]\d{0,4}$/.test(text)) throw refuse(`has "${text}" ${key}`);
    return Number(text);
  };
  const [folder, workers, slots] = [resolve(take('folder')), count('workers'), count('slots', '1')];
  return { folder, workers, slots, options: [...given].map(([key, value]) => `--${key}=${value}`) };
}

import { createInbox } from '../base/inbox.js';
import { claimFolder } from '../base/lock.js';
import type { Delivery, Executor, ExecutorRequest, Job } from '../core/executor.js';
import { createFleetWatch } from './fleet-watch.js';
import { createPace, leaseOf, nameOf, openMailbox, readName } from './mailbox.js';
import { cardKey, readResult, readSign, type WorkerSign, write, writeCard } from './messages.js';

const LONGEST_PAUSE_MS = 100;
/** Between two looks at the workers. */
const WORKERS_MS = 500;
/** How long nobody may be there before it is said. */
const LONELY_MS = 10_000;

export interface MailboxExecutor extends Executor {
  /** Its jobs are lost: somebody knows that the worker has ended. */
  workerEnded(name: string): void;
  /** The names of the workers that live, as far as is known. */
  workerNames(): string[];
}

/**
 * The coordinator's end of a shared folder. What an earlier coordinator of the same study left in it goes on; what another
 * study left is removed.
 *
 * @param startWorkers what to say where no worker is there.
 * @throws UsageError when another coordinator that may live works with the folder.
 */
export async function openMailboxExecutor(
  folder: string,
  { study, card, workers: atOnce, onNote }: Pick<ExecutorRequest, 'study' | 'card' | 'workers' | 'onNote'>,
  startWorkers: string,
): Promise<MailboxExecutor> {
  const release = await claimFolder(folder);
  const mailbox = await openMailbox(folder);
  const key = cardKey(study, card);
  const { leaseMs } = leaseOf();
  const watch = createFleetWatch(leaseMs, onNote);
  const events = createInbox<Delivery | null | Error>();
  const stop = new AbortController();
  const pace = createPace(LONGEST_PAUSE_MS);
  /** Of this session: what came of another job is kept until it is handed in, if it ever is. */
  const submitted = new Map<string, Job>();
  const delivered = new Set<string>();
  const ended: string[] = [];
  /** When a job was first seen with a worker that shows no sign of life. */
  const orphans = new Map<string, number>();
  let waiting = 0;
  let lonelySince = performance.now();
  let looked = -Infinity;
  /** Jobs that were in no box when last looked. */
  let missed: readonly string[] = [];

  const kept = new Set<string>();
  const before = await mailbox.readCard();
  for (const box of ['waiting', 'taken', 'results'] as const) {
    for (const file of await mailbox.list(box)) {
      const name = readName(file);
      // Results carry their study's key and are looked at later.
      if (before?.includes(`"${key}"`) && name !== undefined) {
        kept.add(nameOf(name.trial, name.attempt));
      } else await mailbox.remove(box, file);
    }
  }
  await mailbox.writeCard(writeCard(key, card));
  const watching = look();

  async function look(): Promise<void> {
    try {
      while (!stop.signal.aborted) {
        let happened = false;
        for (const file of await mailbox.list('results')) happened = (await takeResult(file)) || happened;
        if (performance.now() - looked > WORKERS_MS) await lookAround();
        await pace.pause(happened, stop.signal);
      }
    } catch (error) {
      events.put(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async function lookAround(): Promise<void> {
    const now = performance.now();
    looked = now;
    const signs: WorkerSign[] = [];
    for (const file of await mailbox.list('workers')) {
      const sign = readSign((await mailbox.read('workers', file)) ?? '');
      if (sign === undefined || `${sign.name}.json` !== file) continue;
      signs.push(sign);
      if (sign.refused !== undefined) await mailbox.remove('workers', file);
    }
    if (watch.see(signs)) events.put(null);
    for (const worker of [...watch.silent(), ...ended.splice(0)]) {
      watch.drop(worker);
      await mailbox.remove('workers', `${worker}.json`);
      await loseJobsOf((own) => own === worker, `worker ${worker} was lost`);
    }
    await loseJobsOf((worker, file) => {
      if (watch.knows(worker)) return orphans.delete(file) && false;
      const since = orphans.get(file) ?? now;
      orphans.set(file, since);
      return now - since > leaseMs;
    }, 'its worker has gone');
    waiting = (await mailbox.list('waiting')).length;
    if (waiting === 0 || watch.slots() > 0) lonelySince = now;
    else if (now - lonelySince > LONELY_MS) {
      onNote(`${waiting} jobs wait and no worker is there; ${startWorkers}`);
      lonelySince = Infinity;
    }
    await replaceMissing();
  }

  /** A job whose file is gone for good, by a crash of the file server or somebody's hand, is written again. */
  async function replaceMissing(): Promise<void> {
    const present = new Set<string>();
    for (const box of ['waiting', 'taken', 'results'] as const) {
      for (const file of await mailbox.list(box)) {
        const name = readName(file);
        if (name !== undefined) present.add(nameOf(name.trial, name.attempt));
      }
    }
    const missing = [...submitted.keys()].filter((file) => !present.has(file) && !delivered.has(file));
    for (const file of missing.filter((one) => missed.includes(one))) {
      const job = submitted.get(file);
      if (job !== undefined) await mailbox.write('waiting', file, write({ ...job, card: key }));
    }
    missed = missing;
  }

  async function takeResult(file: string): Promise<boolean> {
    if (delivered.has(file) || (kept.has(file) && !submitted.has(file))) return false;
    const result = readResult((await mailbox.read('results', file)) ?? '');
    const name = readName(file);
    if (result?.card !== key || name === undefined) {
      // Of another study, or nothing that a worker writes: files come to be whole.
      await mailbox.remove('results', file);
      return false;
    }
    const { trial, attempt } = name;
    const { outcome, worker } = result;
    delivered.add(file);
    watch.counted(worker);
    const forget = async () => {
      submitted.delete(file);
      await mailbox.remove('results', file);
      // A worker that ended between its two last steps has left this behind.
      await mailbox.remove('taken', nameOf(trial, attempt, worker));
      delivered.delete(file);
    };
    events.put({ trial, attempt, outcome, acknowledge: () => void forget().catch((error) => events.put(error)) });
    return true;
  }

  async function loseJobsOf(isLost: (worker: string, file: string) => boolean, message: string): Promise<void> {
    for (const file of await mailbox.list('taken')) {
      const name = readName(file);
      if (name?.worker === undefined || !isLost(name.worker, file)) continue;
      const { trial, attempt } = name;
      // Whoever is not first here has finished it or given it back.
      const job = nameOf(trial, attempt);
      if (delivered.has(job) || !(await mailbox.remove('taken', file))) continue;
      if (submitted.delete(job)) events.put({ trial, attempt, outcome: { kind: 'lost', message } });
      else kept.delete(job);
    }
  }

  return {
    name: 'folder',
    isIsolated: true,
    slots: () => atOnce ?? Math.max(1, watch.slots()),
    workerEnded: (name) => void ended.push(name),
    workerNames: () => watch.workers().map(({ name }) => name),
    async submit(job: Job) {
      const file = nameOf(job.trial, job.attempt);
      submitted.set(file, job);
      if (!kept.delete(file)) await mailbox.write('waiting', file, write({ ...job, card: key }));
      pace.wake();
    },
    async next() {
      const event = await events.take();
      if (event instanceof Error) throw event;
      return event;
    },
    async cancel({ trial, attempt }) {
      submitted.delete(nameOf(trial, attempt));
      await mailbox.remove('waiting', nameOf(trial, attempt));
      for (const file of await mailbox.list('taken')) {
        const name = readName(file);
        if (name?.trial === trial && name.attempt === attempt) await mailbox.remove('taken', file);
      }
    },
    fleet: () => ({ workers: watch.workers(), waiting }),
    async close(isFinished) {
      stop.abort();
      await watching;
      if (isFinished) await mailbox.removeCard();
      for (const box of isFinished ? (['waiting', 'taken', 'results'] as const) : (['waiting'] as const)) {
        for (const file of await mailbox.list(box)) await mailbox.remove(box, file);
      }
      await release();
    },
  };
}

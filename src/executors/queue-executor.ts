import { setTimeout as sleep } from 'node:timers/promises';
import { createInbox } from '../base/inbox.js';
import type { Delivery, Executor, ExecutorRequest, Job } from '../core/executor.js';
import { createFleetWatch } from './fleet-watch.js';
import { leaseOf } from './mailbox.js';
import { cardKey, readResult, readSign, type WorkerSign, write, writeCard } from './messages.js';
import { openQueueServer, queueNames, type SentJob } from './queue-server.js';

const LOOK_MS = 1000;
/** Events may be missed while the server is away: so often every job is asked for. */
const SWEEP_MS = 3000;
const LONELY_MS = 10_000;
/** What nobody fetches is removed by the server. */
const KEPT_SECONDS = 7 * 24 * 3600;
const CLOSE_MS = 5000;
const STALLED = /stalled more than/;

/**
 * The coordinator's end of a BullMQ queue. A job's id tells study, trial and attempt, so that one which is handed in
 * twice, by an earlier coordinator too, is one job.
 *
 * @throws what `openQueueServer` throws.
 */
export async function openQueueExecutor(
  where: string,
  { study, card, workers: atOnce, workerArguments, onNote }: ExecutorRequest,
): Promise<Executor> {
  const server = await openQueueServer(where, onNote);
  const { persist } = server;
  const names = queueNames(study);
  const [jobs, board] = await Promise.all([server.queue(names.jobs), server.queue(names.board)]);
  const key = cardKey(study, card);
  const { leaseMs } = leaseOf();
  const watch = createFleetWatch(leaseMs, onNote);
  const inbox = createInbox<Delivery | null | Error>();
  const open = new Map<string, Job>();
  const stop = new AbortController();
  const idOf = (trial: number, attempt: number) => `${key.slice(0, 12)}-${trial}-${attempt}`;
  const fail = (error: unknown) => {
    if (!stop.signal.aborted) inbox.put(error instanceof Error ? error : new Error(String(error)));
  };
  let waiting = 0;
  let lonelySince = performance.now();

  await persist(() => layOut(writeCard(key, card)));
  /** What an earlier coordinator has handed in and has not fetched. */
  const done = new Set(await persist(async () => (await jobs.getJobs(['completed', 'failed'])).map(({ id }) => id)));
  const events = await server.events(names.jobs);
  events.on('completed', ({ jobId, returnvalue }) => settle(jobId, String(returnvalue), undefined));
  events.on('failed', ({ jobId, failedReason }) => settle(jobId, undefined, failedReason));
  // Who has no worker has nobody to find out that the last one is gone.
  const checker = await server.worker(names.jobs, null, { maxStalledCount: 0, stalledInterval: leaseMs / 3 });
  const checking = persist(() => checker.startStalledCheckTimer()).catch(fail);
  const working = Promise.all([look(), sweep()]).catch(fail);

  /** What workers read before they take a job. */
  async function layOut(text: string): Promise<void> {
    const found = await server.job(board, 'card');
    if (found === undefined) await board.add('card', { text }, { jobId: 'card' });
    else if (found.data.text !== text) await found.updateData({ text });
  }

  /** @param failed why the queue gave it up. */
  function settle(id: string, text: string | undefined, failed: string | undefined): void {
    const job = open.get(id);
    if (job === undefined) return;
    const result = text === undefined ? undefined : readResult(text);
    if (text !== undefined && (result === undefined || idOf(result.trial, result.attempt) !== id)) return;
    open.delete(id);
    if (result !== undefined) watch.counted(result.worker);
    const message = STALLED.test(failed ?? '') ? 'its worker has gone' : `the queue gave it up: ${failed}`;
    const acknowledge = () => void persist(() => jobs.remove(id)).catch(fail);
    inbox.put({
      ...{ trial: job.trial, attempt: job.attempt, acknowledge },
      outcome: result?.outcome ?? { kind: 'lost', message },
    });
  }

  /** A job that the server has lost is handed in again. */
  async function ask(id: string, job: Job): Promise<void> {
    const found = await persist(() => server.job(jobs, id));
    if (!open.has(id)) return;
    if (found === undefined) await add(id, job);
    else if (found.finishedOn)
      settle(id, found.failedReason ? undefined : String(found.returnvalue), found.failedReason);
  }

  const add = (id: string, job: Job) =>
    persist(() =>
      jobs.add(
        'measure',
        { text: write({ ...job, card: key }) },
        { jobId: id, removeOnComplete: { age: KEPT_SECONDS }, removeOnFail: { age: KEPT_SECONDS } },
      ),
    );

  async function sweep(): Promise<void> {
    while (!stop.signal.aborted) {
      await sleep(SWEEP_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      for (const [id, job] of [...open]) if (!stop.signal.aborted) await ask(id, job);
    }
  }

  /** What a worker had measured when the queue had given its job up already. */
  async function takeLate({ id = '', data: { text } }: SentJob): Promise<void> {
    const result = readResult(text);
    if (result?.card === key) {
      const { trial, attempt, outcome } = result;
      if (open.has(idOf(trial, attempt))) settle(idOf(trial, attempt), text, undefined);
      else inbox.put({ trial, attempt, outcome });
    }
    await persist(() => board.remove(id));
  }

  async function look(): Promise<void> {
    while (!stop.signal.aborted) {
      const found = await persist(() => board.getJobs(['waiting']));
      for (const late of found.filter(({ name }) => name === 'late')) await takeLate(late);
      const signs = found.flatMap(signOf);
      if (watch.see(signs)) inbox.put(null);
      const gone = [...watch.silent(), ...signs.flatMap(({ name, refused }) => (refused === undefined ? [] : [name]))];
      for (const name of gone) await persist(() => board.remove(name));
      waiting = await persist(() => jobs.getWaitingCount());
      const now = performance.now();
      if (open.size === 0 || watch.slots() > 0) lonelySince = now;
      else if (now - lonelySince > LONELY_MS) {
        const words = ['supersam', 'worker', `bullmq:${server.name}`, '--name', study, ...workerArguments];
        onNote(`${open.size} jobs wait and no worker is there; start some by: ${words.join(' ')}`);
        lonelySince = Infinity;
      }
      await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  return {
    name: 'bullmq',
    isIsolated: true,
    slots: () => atOnce ?? Math.max(1, watch.slots()),
    async submit(job) {
      const id = idOf(job.trial, job.attempt);
      open.set(id, job);
      await add(id, job);
      if (done.delete(id)) await ask(id, job);
    },
    async next() {
      const event = await inbox.take();
      if (event instanceof Error) throw event;
      return event;
    },
    async cancel({ trial, attempt }) {
      const id = idOf(trial, attempt);
      open.delete(id);
      // One that is being measured cannot be removed; its result is nobody's.
      await persist(() => jobs.remove(id).catch(() => 0));
    },
    fleet: () => ({ workers: watch.workers(), waiting }),
    async close(isFinished) {
      stop.abort();
      await Promise.all([working, checking]);
      try {
        // Those that nobody has begun; with the card workers know that the study has ended.
        await jobs.drain();
        if (isFinished) {
          await board.remove('card');
          for (const state of ['completed', 'failed'] as const) await jobs.clean(0, 1_000_000, state);
        }
      } catch {
        // A server that is away loses nothing by it.
      }
      const closed = Promise.allSettled([events.close(), checker.close(true), jobs.close(), board.close()]);
      await Promise.race([closed, sleep(CLOSE_MS)]);
    },
  };
}

const signOf = ({ name, id, data }: SentJob): WorkerSign[] => {
  const sign = name === 'worker' ? readSign(data.text) : undefined;
  return sign === undefined || sign.name !== id ? [] : [sign];
};

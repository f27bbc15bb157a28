import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Measurer, ServeRequest } from '../core/executor.js';
import { SupersamError } from '../errors.js';
import { leaseOf } from './mailbox.js';
import { workerName } from './mailbox-worker.js';
import { readCard, readJob, type WorkerSign, write } from './messages.js';
import { openQueueServer, queueNames, type SentJob } from './queue-server.js';

const LONGEST_PAUSE_MS = 1000;
const CLOSE_MS = 5000;
/** What a job of a study that is not served yet waits. */
const NOT_YET_MS = 200;

/**
 * Takes the jobs of the studies of one name from a BullMQ queue until it is told to stop.
 *
 * @throws ExecutorError EXECUTOR_REFUSED when it would measure something else than the study does, and what opening the
 *   oracle or the server throws; jobs in hand are given back before.
 */
export async function serveQueue(where: string, request: ServeRequest): Promise<void> {
  const { study, slots, stop, giveBack, onNote } = request;
  const { WaitingError, UnrecoverableError } = await import('bullmq');
  const server = await openQueueServer(where, onNote);
  const stopped = new Promise<undefined>((resolve) => {
    if (stop.aborted) resolve(undefined);
    else stop.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  /** Who is told to stop waits for no server. */
  const unlessStopped = <T>(work: Promise<T>) => Promise.race([work, stopped]);
  const persist = <T>(work: () => Promise<T>) => unlessStopped(server.persist(work));
  const names = queueNames(study);
  const board = await unlessStopped(server.queue(names.board));
  if (board === undefined) return;
  const name = workerName();
  const { leaseMs, beatMs } = leaseOf();
  let serving: { readonly key: string; readonly measurer: Measurer; end(): Promise<void> } | undefined;
  let failure: unknown;

  const show = async (more: Partial<WorkerSign> = {}) => {
    const text = write({ name, host: hostname(), slots, beat: Date.now(), ...more });
    const found = await server.job(board, name);
    if (found === undefined) await board.add('worker', { text }, { jobId: name });
    else await found.updateData({ text });
  };

  async function begin(key: string, measurer: Measurer) {
    const inHand = new Set<Promise<unknown>>();
    /** What was measured and is on its way, by job. */
    const results = new Map<string, string>();
    const back = async (job: SentJob, token: string | undefined) => {
      await job.moveToWait(token);
      return new WaitingError();
    };
    const worker = await server.worker(
      names.jobs,
      async (job, token) => {
        const message = readJob(job.data.text);
        if (message === undefined) throw new UnrecoverableError('it is no job');
        if (message.card !== key) {
          await sleep(NOT_YET_MS);
          throw await back(job, token);
        }
        const measured = measurer.measure(message, giveBack).catch((error: unknown) => {
          failure ??= error;
          return undefined;
        });
        inHand.add(measured);
        const outcome = await measured;
        inHand.delete(measured);
        if (outcome === undefined || giveBack.aborted) throw await back(job, token);
        const { trial, attempt } = message;
        const result = write({ card: key, trial, attempt, worker: name, outcome });
        results.set(String(job.id), result);
        return result;
      },
      {
        ...{ concurrency: slots, name, lockDuration: leaseMs, stalledInterval: leaseMs / 3, maxStalledCount: 0 },
        // Jobs come at once where the server tells of them; this is how long it is asked otherwise.
        ...{ drainDelay: 1, runRetryDelay: 1000 },
      },
    );
    worker.on('completed', ({ id }) => void results.delete(String(id)));
    worker.on('error', ({ message }) => {
      // The lock is another's, or the job is gone.
      const id = message.split(/[\s.]+/).find((word) => results.has(word));
      if (id === undefined) return;
      const text = results.get(id) as string;
      results.delete(id);
      onNote(`the result of job ${id} came too late`);
      // Whoever searches drops and counts it.
      board?.add('late', { text }, { jobId: `late-${id}` }).catch(() => undefined);
    });
    return async () => {
      const closed = worker.close();
      await Promise.all(inHand);
      // A server that is away just now is not waited for: what it has not heard of is measured again.
      await Promise.race([closed.catch(() => undefined), sleep(CLOSE_MS)]);
      await measurer.close();
    };
  }

  try {
    for (let beaten = -Infinity; !stop.aborted && failure === undefined; ) {
      const card = await persist(async () => readCard((await server.job(board, 'card'))?.data.text ?? ''));
      if (stop.aborted) break;
      if (card?.key !== serving?.key) {
        await serving?.end();
        serving = undefined;
        if (card === undefined) await persist(() => board.remove(name));
        else {
          const measurer = await request.open(card.card);
          const end = await unlessStopped(begin(card.key, measurer));
          if (end === undefined) {
            await measurer.close();
            break;
          }
          serving = { key: card.key, measurer, end };
          onNote(`serving study "${study}" at ${server.name}`);
          beaten = -Infinity;
        }
      }
      if (serving !== undefined && performance.now() - beaten >= beatMs) {
        await persist(show);
        beaten = performance.now();
      }
      await sleep(Math.min(beatMs, LONGEST_PAUSE_MS), undefined, { signal: stop }).catch(() => undefined);
    }
    await serving?.end();
    serving = undefined;
    if (failure !== undefined) throw failure;
    await Promise.race([board.remove(name), sleep(LONGEST_PAUSE_MS)]);
  } catch (error) {
    await serving?.end();
    if (error instanceof SupersamError) await show({ slots: 0, refused: error.message }).catch(() => undefined);
    throw error;
  } finally {
    await Promise.race([board.close(), sleep(LONGEST_PAUSE_MS)]);
  }
}

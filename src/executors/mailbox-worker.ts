import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Measurer, ServeRequest } from '../core/executor.js';
import { SupersamError } from '../errors.js';
import { createPace, leaseOf, type Mailbox, nameOf, openMailbox, readName } from './mailbox.js';
import { type JobMessage, readCard, readJob, type WorkerSign, write } from './messages.js';

const LONGEST_PAUSE_MS = 250;

/** A name that no other worker has; it tells the task of a Slurm array. */
export function workerName(): string {
  const { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task } = process.env;
  const slurm = array === undefined || task === undefined ? '' : `-slurm${array}_${task}`;
  return `${`${hostname()}${slurm}`.replaceAll(/[^\w.-]/g, '_')}-${process.pid}-${randomBytes(3).toString('hex')}`;
}

/**
 * Takes jobs from a shared folder and writes what comes of them, until it is told to stop. It may be started before the
 * study and stays when the study has ended.
 *
 * @throws ExecutorError EXECUTOR_REFUSED when it would measure something else than the study does, and what opening the
 *   oracle throws; jobs in hand are given back before.
 */
export async function serveMailbox(folder: string, request: ServeRequest): Promise<void> {
  const { slots, stop, onNote } = request;
  const mailbox = await openMailbox(folder);
  const name = workerName();
  const show = (sign: Partial<WorkerSign>) =>
    mailbox.write('workers', `${name}.json`, write({ name, host: hostname(), slots, beat: Date.now(), ...sign }));
  const { beatMs } = leaseOf();
  const pace = createPace(LONGEST_PAUSE_MS);
  const inHand = new Map<string, { readonly done: Promise<void>; readonly taken: AbortController }>();
  const allDone = () => Promise.all([...inHand.values()].map(({ done }) => done));
  let opened: { readonly key: string; readonly measurer: Measurer } | undefined;
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= error;
  };

  async function beat(): Promise<void> {
    await show({});
    // A job that is no longer ours, cancelled or given to another after a long silence, is not gone on with.
    const taken = new Set(await mailbox.list('taken'));
    for (const [own, job] of inHand) if (!taken.has(own)) job.taken.abort();
  }

  let isServing = false;
  let beating: Promise<void> = Promise.resolve();
  const heart = setInterval(() => {
    // A folder that cannot be written to for a moment: the next beat tries again.
    if (isServing) beating = beating.then(beat).catch(() => undefined);
  }, beatMs);
  try {
    while (!stop.aborted && failure === undefined) {
      const card = await currentCard(mailbox, opened?.key);
      if (card === undefined) await hide();
      else if (card !== 'same') {
        await allDone();
        await opened?.measurer.close();
        opened = undefined;
        opened = { key: card.key, measurer: await request.open(card.card) };
        onNote(`serving ${folder}`);
      }
      let happened = false;
      if (card !== undefined && opened !== undefined) {
        if (!isServing) await show({});
        isServing = true;
        happened = await takeSome(opened);
      }
      await pace.pause(happened, stop);
    }
    await allDone();
    if (failure !== undefined) throw failure;
  } catch (error) {
    if (error instanceof SupersamError) await show({ slots: 0, refused: error.message }).catch(() => undefined);
    throw error;
  } finally {
    clearInterval(heart);
    await beating;
    await opened?.measurer.close();
    if (failure === undefined) await hide();
  }

  async function hide(): Promise<void> {
    if (!isServing) return;
    isServing = false;
    await beating;
    await mailbox.remove('workers', `${name}.json`);
  }

  async function takeSome(serving: { readonly key: string; readonly measurer: Measurer }): Promise<boolean> {
    let happened = false;
    const files = inHand.size < slots ? await mailbox.list('waiting') : [];
    for (const file of files) {
      if (inHand.size >= slots || stop.aborted) break;
      const job = readName(file);
      if (job === undefined) continue;
      const own = nameOf(job.trial, job.attempt, name);
      if (!(await mailbox.move('waiting', file, 'taken', own))) continue;
      happened = true;
      const message = readJob((await mailbox.read('taken', own)) ?? '');
      if (message === undefined || message.card !== serving.key) {
        // What nobody can measure is nobody's; another card is looked at first.
        if (message === undefined) onNote(`${file} is no job and was removed`);
        if (message === undefined) await mailbox.remove('taken', own);
        else await mailbox.move('taken', own, 'waiting', file);
        return false;
      }
      const taken = new AbortController();
      inHand.set(own, { taken, done: work(message, own, serving.measurer, taken.signal).catch(fail) });
    }
    return happened;
  }

  async function work(job: JobMessage, own: string, measurer: Measurer, taken: AbortSignal): Promise<void> {
    const { card, trial, attempt } = job;
    try {
      const outcome = await measurer.measure(job, AbortSignal.any([request.giveBack, taken]));
      if (taken.aborted) return;
      if (request.giveBack.aborted) {
        await mailbox.move('taken', own, 'waiting', nameOf(trial, attempt));
        return;
      }
      await mailbox.write('results', nameOf(trial, attempt), write({ card, trial, attempt, worker: name, outcome }));
      await mailbox.remove('taken', own);
    } catch (error) {
      await mailbox.move('taken', own, 'waiting', nameOf(trial, attempt));
      throw error;
    } finally {
      inHand.delete(own);
      pace.wake();
    }
  }
}

/** `same` when it is the one that is served; undefined when there is none. */
async function currentCard(mailbox: Mailbox, served: string | undefined) {
  const text = await mailbox.readCard();
  const found = text === undefined ? undefined : readCard(text);
  return found?.key === served && served !== undefined ? 'same' : found;
}

import { isSame } from '../base/json.js';
import type { Executor, Fleet } from '../core/executor.js';
import { StudyError } from '../errors.js';
import type { Study } from './study.js';

const EVERY_MS = 2000;

/** Keeps in a study who measures for it, for those who look at it from elsewhere, until the returned function is called. */
export function showFleet(executor: Executor, study: Pick<Study, 'showFleet'>): () => void {
  let shown: Fleet | undefined;
  const show = () => {
    const fleet = executor.fleet?.();
    // A rate changes all the time: to the tenth it is worth being written.
    const now = fleet && {
      ...fleet,
      workers: fleet.workers.map((worker) => ({
        ...worker,
        jobsPerMinute: Math.round(10 * worker.jobsPerMinute) / 10,
      })),
    };
    if (now === undefined || isSame(shown, now)) return;
    try {
      study.showFleet(now);
      shown = now;
    } catch (error) {
      // A full disk, or a study that somebody took over: the next result says so.
      if (!(error instanceof StudyError)) throw error;
    }
  };
  if (executor.fleet === undefined) return () => undefined;
  show();
  const timer = setInterval(show, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

import { isSame } from '../base/json.js';
import type { Executor, Fleet } from '../core/executor.js';
import { StudyError } from '../errors.js';
import type { Study } from './study.js';

const EVERY_MS = 2000;

/** Keeps in a study who measures for it, for those who look at it from elsewhere, until the returned function is called. */
export function showFleet(executor: Executor, study: Pick<Study, 'showFleet'>): () => void {
  const fleetOf = executor.fleet?.bind(executor);
  if (fleetOf === undefined) return () => undefined;
  let shown: Fleet | undefined;
  const show = () => {
    const { workers, waiting } = fleetOf();
    // A rate changes all the time: to the tenth it is worth being written.
    const rounded = workers.map((each) => ({ ...each, jobsPerMinute: Math.round(10 * each.jobsPerMinute) / 10 }));
    const now: Fleet = { workers: rounded, waiting };
    if (isSame(shown, now)) return;
    try {
      study.showFleet(now);
      shown = now;
    } catch (error) {
      // A full disk, or a study that somebody took over: the next result says so.
      if (!(error instanceof StudyError)) throw error;
    }
  };
  show();
  const timer = setInterval(show, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

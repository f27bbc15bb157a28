import { createRng } from '../base/rng.js';
import type { Measurement, Oracle } from '../core/oracle.js';
import type { FinishedTrial } from '../core/trial.js';
import { createStudy, type StudyOptions } from '../study/study.js';

/** How many trials are open after 0, 1, 2, … tells: now several asks before a tell, now several tells before an ask. */
const OPEN = [5, 1, 4, 3, 2, 1, 5];

/**
 * Runs a study as asynchronous workers would: several trials are open, results come in another order than asked. Both
 * follow from the seed and the number of finished trials, so that a resumed run goes on as an uninterrupted one.
 */
export async function runOutOfOrder(
  options: StudyOptions & { readonly oracle: Oracle; readonly trials: number },
): Promise<FinishedTrial[]> {
  const left = options.store.read(options.name)?.open.length ?? 0;
  const study = await createStudy(options);
  const open: ReturnType<typeof study.ask> = [];
  let wanted = left;
  while (study.trials.length < options.trials) {
    const told = study.trials.length;
    wanted = Math.max(wanted, OPEN[told % OPEN.length] as number);
    open.push(...study.ask(wanted - open.length));
    wanted = 0;
    if (open.length === 0) break;
    const next = createRng('completion', options.seed, told).int(0, open.length - 1);
    const [trial] = open.splice(next, 1) as [(typeof open)[number]];
    study.tell(trial.number, await measure(trial));
  }
  study.close();
  return [...study.trials];

  async function measure({ number, configuration }: (typeof open)[number]): Promise<Measurement> {
    const { signal } = new AbortController();
    try {
      return await options.oracle.measure(configuration, { trial: number, seed: options.seed, signal });
    } catch (error) {
      return { state: 'failed', kind: 'runtime', message: String(error) };
    }
  }
}

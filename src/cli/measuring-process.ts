import { packageVersion } from '../base/package-root.js';
import { toPortable } from '../base/portable-error.js';
import type { Card, Requirement } from '../core/executor.js';
import type { Oracle } from '../core/oracle.js';
import type { ProcessReply, ProcessRequest } from '../executors/process-pool.js';
import { parseSpace } from '../search-space/parse-space.js';
import { measureJob } from '../study/inline-executor.js';
import { type MeasuringOptions, openMeasuring } from './open-measuring.js';

/** What a measuring process is told to open: what the study wants, by the files and options of this machine. */
export interface MeasuringOrder {
  readonly card: Card;
  readonly options: MeasuringOptions;
}

// A process of a pool: opens an oracle, measures one job at a time, and ends when who started it is gone.
if (process.send !== undefined) serve((reply) => void process.send?.(reply, () => {}));

function serve(answer: (reply: ProcessReply) => void): void {
  let oracle: Oracle | undefined;
  let controller = new AbortController();
  let working: Promise<unknown> = Promise.resolve();
  const handle = async (request: ProcessRequest): Promise<void> => {
    if ('abort' in request) return controller.abort();
    try {
      if ('open' in request) {
        const opened = await openCard(request.open as unknown as MeasuringOrder);
        oracle = opened.oracle;
        return answer({ ready: opened.held });
      }
      controller = new AbortController();
      const outcome = await measureJob(oracle as Oracle, request.job, controller.signal);
      answer({ outcome });
    } catch (error) {
      answer({ error: toPortable(error) });
    }
  };
  process.on('message', (request: ProcessRequest) => {
    const handled = handle(request);
    if (!('abort' in request)) working = handled;
  });
  process.on('disconnect', async () => {
    controller.abort();
    await working.catch(() => undefined);
    await oracle?.close?.();
    process.exit();
  });
  // A terminal sends Ctrl-C to all; who started this one decides.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
}

/** The oracle of a card, and what it is. */
async function openCard({
  card,
  options,
}: MeasuringOrder): Promise<{ readonly oracle: Oracle; readonly held: Requirement }> {
  const definition = parseSpace(JSON.stringify(card.space), 'the space of the study');
  const { oracle } = await openMeasuring(definition, card.metrics, { ...options, ...card.limits, workers: 1 });
  const fingerprint = await oracle.fingerprint();
  return { oracle, held: { supersam: packageVersion, oracle: oracle.name, fingerprint } };
}

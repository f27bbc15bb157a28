import { packageVersion } from '../base/package-root.js';
import { toPortable } from '../base/portable-error.js';
import type { Card, ComparisonCard, Requirement } from '../core/executor.js';
import type { Oracle } from '../core/oracle.js';
import type { ProcessReply, ProcessRequest } from '../executors/process-pool.js';
import type { SpaceDefinition } from '../search-space/definition.js';
import { parseSpace } from '../search-space/parse-space.js';
import { measureJob } from '../study/inline-executor.js';
import { type MeasuringOptions, openMeasuring } from './open-measuring.js';
import { openProblem, type ProblemOptions } from './open-problem.js';

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
      const outcome = await measureJob(oracle as Oracle, request.job, controller);
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
  const own = { ...options, ...card.limits, workers: 1 };
  const { comparison, metrics } = card;
  const oracle =
    comparison === undefined
      ? (await openMeasuring(definition, metrics, own)).oracle
      : await openRuns(comparison, { ...own, metrics }, definition);
  return { oracle, held: await heldBy(oracle) };
}

const heldBy = async (oracle: Oracle): Promise<Requirement> => ({
  ...{ supersam: packageVersion, oracle: oracle.name },
  fingerprint: await oracle.fingerprint(),
});

/** Where a job is a whole study. */
async function openRuns(
  comparison: ComparisonCard,
  options: Omit<ProblemOptions, 'space'>,
  space: SpaceDefinition,
): Promise<Oracle> {
  const { constraints } = comparison;
  const problem = await openProblem({ ...options, space: space.name, constraints }, space);
  const { createRunOracle } = await import('../compare/measure-run.js');
  return createRunOracle(problem, comparison);
}

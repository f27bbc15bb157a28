import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import type { Json } from '../base/json.js';
import { builtModule, packageVersion } from '../base/package-root.js';
import type { Card, ComparisonCard, Executor, Measurer } from '../core/executor.js';
import { startProcessPool } from '../executors/process-pool.js';
import { executorKindFiles, loadExecutorKind } from '../plugins/load-kinds.js';
import type { MeasuringOrder } from './measuring-process.js';
import { type MeasuringOptions, measuringWords } from './open-measuring.js';
import type { Problem, ProblemOptions } from './open-problem.js';
import { numberReader, readCount } from './read-number.js';
import { readName } from './read-values.js';
import { note } from './terminal.js';

export interface ExecutorOptions {
  readonly executor: string;
  readonly attempts: number;
  /** Trials that are open at a time; true without a number. */
  readonly deterministic?: number | true;
}

/** What `--deterministic` without a number stands for. */
export const DEFAULT_WINDOW = 8;

const executorText = async () =>
  `where is measured: ${[...(await executorKindFiles()).keys()].sort().join(', ')} (docs/executors.md)`;

/** `--executor` of a comparison, which has its own threads without. */
export async function addComparisonExecutorOptions(command: Command): Promise<Command> {
  return command
    .option('--executor <kind:where>', `${await executorText()}, a run a job (default: threads of this process)`)
    .option('--name <name>', 'with --executor: what workers on a queue serve', readName, 'study')
    .option('--attempts <number>', 'with --executor: give a run up that was lost so often', readCount, 3);
}

/** `--executor` and what is done when a measurement is lost. */
export async function addExecutorOptions(command: Command): Promise<Command> {
  return command
    .option('--executor <kind:where>', await executorText(), 'inline')
    .option('--attempts <number>', 'give a trial up (failure kind lost) that was lost so often', readCount, 3)
    .option(
      '--deterministic [trials]',
      `tell results in the order asked, so many trials open at a time (${DEFAULT_WINDOW}): any number of workers up to that gives the same trials`,
      numberReader({ integer: true, min: 1, max: 1024 }),
    );
}

/** What workers are told of a problem. */
export async function cardOf({ oracle, measured }: Problem, options: MeasuringOptions): Promise<Card> {
  const { timeout, timeoutFactor, quickestSeconds, repeats } = options;
  const limits = { timeout, timeoutFactor, quickestSeconds, repeats };
  return {
    requirement: { supersam: packageVersion, oracle: oracle.name, fingerprint: await oracle.fingerprint() },
    space: { ...measured.definition, constraints: [] } as unknown as Json,
    metrics: measured.metrics,
    limits: Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined)),
  };
}

/** Processes of this machine that measure by the oracle of these options, each with its share of the processors. */
export async function startProcesses(
  count: number,
  card: Card,
  options: MeasuringOptions,
  isQuiet: boolean,
): Promise<Measurer> {
  const threads = Math.max(1, Math.floor(availableParallelism() / count));
  return startProcessPool({
    count,
    program: builtModule('cli/measuring-process.js'),
    // One of them says what there is to say of the data.
    open: (index) => {
      const order: MeasuringOrder = { card, options: { ...options, threads, isQuiet: isQuiet || index > 0 } };
      return order as unknown as Json;
    },
    requirement: card.requirement,
  });
}

/**
 * Opens what `--executor` names for a study. The caller closes it.
 *
 * @throws UsageError for an executor of no known kind, and what opening it throws.
 */
export async function openExecutor(
  spec: string,
  problem: Problem,
  options: ProblemOptions,
  {
    study,
    workers,
    comparison,
  }: { readonly study: string; readonly workers?: number | undefined; readonly comparison?: ComparisonCard },
): Promise<Executor> {
  const [name = '', ...rest] = spec.split(':');
  const kind = await loadExecutorKind(name);
  const card = { ...(await cardOf(problem, options)), ...(comparison === undefined ? {} : { comparison }) };
  const oracle =
    comparison === undefined
      ? problem.oracle
      : await (await import('../compare/measure-run.js')).createRunOracle(problem, comparison);
  return kind.open(rest.join(':'), {
    ...{ study, card, oracle, onNote: note },
    ...(workers === undefined ? {} : { workers }),
    startProcesses: (count) => startProcesses(count, card, options, true),
    workerArguments: await measuringWords(options),
  });
}

/** Said at the end of what measured elsewhere. */
export const lateResults = (late: number): string =>
  `${late} results came after their attempt had been given up and were dropped`;

/** What a progress line says of who measures. */
export function describeFleet(executor: Executor): string {
  const fleet = executor.fleet?.();
  if (fleet === undefined) return '';
  const { workers, waiting } = fleet;
  const hosts = new Set(workers.map(({ host }) => host)).size;
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const rate = workers.reduce((sum, { jobsPerMinute }) => sum + jobsPerMinute, 0);
  return `  ${counted(workers.length, 'worker')} on ${counted(hosts, 'machine')}, ${Math.round(rate)} jobs/min${waiting === 0 ? '' : `, ${waiting} waiting`}`;
}

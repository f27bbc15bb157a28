import { type Command, Option } from 'commander';
import { didYouMean } from '../base/did-you-mean.js';
import { createRng } from '../base/rng.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import { UsageError } from '../errors.js';
import { withoutSpread, wrapOracle } from '../oracles/wrappers.js';
import { readSpace } from '../plugins/load-space.js';
import { compileSpace } from '../search-space/compile-space.js';
import { metricsOfConstraints, splitConstraints } from '../search-space/split-constraints.js';
import { openMeasurementCache } from '../store/measurement-cache.js';
import { loadOracleKinds } from './load-oracle-kinds.js';
import { readCount, readMebibytes, readPositive } from './read-number.js';

/** Plain data, so that a problem can be opened again in another thread. */
export interface ProblemOptions {
  /** Space file, or the name of one in search-spaces/. */
  readonly space: string;
  /** `table:FILE.csv`, `module:FILE.mjs`, `command:PROGRAM {parameter}` or `supernet:MODEL_FOLDER`. */
  readonly oracle: string;
  readonly constraints?: readonly string[];
  /** Those of the objectives: a module or program is taken to measure what it is asked for. */
  readonly metrics?: readonly string[];
  /** Seconds a measurement may take. */
  readonly timeout?: number;
  readonly timeoutFactor?: number;
  /** Seconds that the quickest measurement of a resumed study took. */
  readonly quickestSeconds?: number | undefined;
  /** MiB. */
  readonly memory?: number;
  readonly repeats?: number;
  /** File of measurements. */
  readonly cache?: string;
  /** Files on whose contents a program's or module's numbers depend. */
  readonly depends?: readonly string[];
  /** Options of the oracle's kind. */
  readonly [option: string]: unknown;
}

export interface Problem {
  readonly space: SearchSpace;
  /** The caller closes it. */
  readonly oracle: Oracle;
  /** Those constraints that read measured metrics; the space has settled the others. */
  readonly constraints: readonly string[];
}

const kinds = await loadOracleKinds();

/** `--space`, `--oracle` and everything that says how to measure. */
export function addProblemOptions(command: Command): Command {
  const forms = [...kinds.values()].map(({ kind, where }) => `${kind}:${where}`).join(', ');
  command
    .requiredOption('--space <file or name>', 'search space')
    .requiredOption('--oracle <kind:where>', forms)
    .addOption(
      new Option('--constraint <expression>', 'over parameters and metrics; repeatable')
        .argParser((text: string, before: string[]) => [...before, text])
        .default([]),
    )
    .option('--timeout <seconds>', 'end a measurement that takes longer (failure kind timeout)', readPositive)
    .option('--timeout-factor <number>', 'end one that takes so many times the quickest so far', readPositive)
    .option(
      '--memory <MiB>',
      'command: address space of each process; module: heap of each thread, Buffers outside it are not bounded',
      readMebibytes,
    )
    .option('--repeats <number>', 'measure so often; the median counts, <metric>Spread is kept', readCount)
    .option('--depends <files...>', 'command, module: files besides, on whose contents the numbers depend')
    .option('--cache <file>', 'keep measurements for other studies of the same oracle');
  for (const { options = [] } of kinds.values()) for (const option of options) command.addOption(option);
  return command;
}

/**
 * Opens what `--space` and `--oracle` name, constraints settled.
 *
 * @throws UsageError for an oracle of no known kind, and what reading the space, table, model or data throws.
 */
export async function openProblem(options: ProblemOptions): Promise<Problem> {
  const [kindName = '', ...rest] = options.oracle.split(':');
  const where = rest.join(':');
  const kind = kinds.get(kindName);
  if (kind === undefined || where === '') {
    const forms = [...kinds.values()].map((known) => `${known.kind}:${known.where}`);
    throw new UsageError(`cannot read --oracle "${options.oracle}".${didYouMean(kindName, kinds.keys())}`, {
      remedy: `write ${forms.join(' or ')}`,
    });
  }
  const definition = await readSpace(options.space);
  const unconstrained = { ...definition, constraints: [] };
  const bare = compileSpace(unconstrained);
  const constraints = [...(definition.constraints ?? []), ...(options.constraints ?? [])];
  const named = [...(options.metrics ?? []), ...metricsOfConstraints(definition, constraints)];
  // A spread is made of the repeats of its metric.
  const metrics = [...new Set((options.repeats ?? 1) > 1 ? named.map(withoutSpread) : named)];
  const { memory, depends } = options;
  const request = {
    space: bare,
    metrics,
    options,
    ...(memory === undefined ? {} : { memoryMegabytes: memory }),
    ...(depends === undefined ? {} : { depends }),
  };
  const oracle = await kind.open(where, request);
  try {
    const analyze = oracle.analyze?.bind(oracle);
    const analytic = analyze === undefined ? [] : Object.keys(analyze(bare.sample(createRng('metrics'))));
    const { cache: file, ...limits } = options;
    const cache = file === undefined ? {} : { cache: openMeasurementCache(file) };
    const wrapped = await wrapOracle(oracle, bare, { ...limits, exact: analytic, ...cache });
    const split = splitConstraints(definition, constraints, { measured: wrapped.metrics, analytic });
    const space = compileSpace(unconstrained, {
      constraints: split.known,
      ...(analyze === undefined ? {} : { analyze }),
    });
    return { space, oracle: wrapped, constraints: split.measured };
  } catch (error) {
    await oracle.close?.();
    throw error;
  }
}

import { type Command, Option } from 'commander';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import { withoutSpread } from '../oracles/wrappers.js';
import { readSpace } from '../plugins/load-space.js';
import { compileSpace } from '../search-space/compile-space.js';
import type { SpaceDefinition } from '../search-space/definition.js';
import { metricsOfConstraints, splitConstraints } from '../search-space/rules.js';
import { addMeasuringOptions, type MeasuringOptions, openMeasuring } from './open-measuring.js';
import { readCount, readPositive } from './read-number.js';

/** Plain data, so that a problem can be opened again in another thread. */
export interface ProblemOptions extends MeasuringOptions {
  /** Space file, or the name of one in search-spaces/. */
  readonly space: string;
  readonly constraints?: readonly string[];
  /** Those of the objectives: a module or program is taken to measure what it is asked for. */
  readonly metrics?: readonly string[];
}

export interface Problem {
  readonly space: SearchSpace;
  /** The caller closes it. */
  readonly oracle: Oracle;
  /** Those constraints that read measured metrics; the space has settled the others. */
  readonly constraints: readonly string[];
  /** What `openMeasuring` opened the oracle for. */
  readonly measured: { readonly definition: SpaceDefinition; readonly metrics: readonly string[] };
}

/** `--space`, `--oracle` and everything that says how to measure; `required` unless something else may say it. */
export async function addProblemOptions(command: Command, { required = true } = {}): Promise<Command> {
  command.addOption(new Option('--space <file or name>', 'search space').makeOptionMandatory(required));
  return (await addMeasuringOptions(command, { required }))
    .addOption(
      new Option('--constraint <expression>', 'over parameters and metrics; repeatable')
        .argParser((text: string, before: string[]) => [...before, text])
        .default([]),
    )
    .option('--timeout <seconds>', 'end a measurement that takes longer (failure kind timeout)', readPositive)
    .option('--timeout-factor <number>', 'end one that takes so many times the quickest so far', readPositive)
    .option('--repeats <number>', 'measure so often; the median counts, <metric>Spread is kept', readCount);
}

/**
 * Opens what `--space` and `--oracle` name, constraints settled.
 *
 * @param given the space, where no file says it.
 * @throws what `openMeasuring` throws, and what reading the space throws.
 */
export async function openProblem(options: ProblemOptions, given?: SpaceDefinition): Promise<Problem> {
  const definition = given ?? (await readSpace(options.space));
  const constraints = [...(definition.constraints ?? []), ...(options.constraints ?? [])];
  const named = [...(options.metrics ?? []), ...metricsOfConstraints(definition, constraints)];
  // A spread is made of the repeats of its metric.
  const metrics = [...new Set((options.repeats ?? 1) > 1 ? named.map(withoutSpread) : named)];
  const { oracle, analyze, analytic } = await openMeasuring(definition, metrics, options);
  try {
    const split = splitConstraints(definition, constraints, { measured: oracle.metrics, analytic });
    const space = compileSpace(
      { ...definition, constraints: [] },
      { constraints: split.known, ...(analyze === undefined ? {} : { analyze }) },
    );
    return { space, oracle, constraints: split.measured, measured: { definition, metrics } };
  } catch (error) {
    await oracle.close?.();
    throw error;
  }
}

import { type Command, Option } from 'commander';
import { createRng } from '../base/rng.js';
import type { Oracle, OracleKind, OracleOption, OracleRequest } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import { UsageError } from '../errors.js';
import { withoutSpread, wrapOracle } from '../oracles/wrappers.js';
import { loadOracleKind, oracleKindFiles } from '../plugins/load-oracle-kinds.js';
import { readSpace } from '../plugins/load-space.js';
import { compileSpace } from '../search-space/compile-space.js';
import type { SpaceDefinition } from '../search-space/definition.js';
import { metricsOfConstraints, splitConstraints } from '../search-space/rules.js';
import { openMeasurementCache } from '../store/measurement-cache.js';
import { readingOf } from './dataset-options.js';
import { numberReader, readCount, readMebibytes, readPositive } from './read-number.js';

/**
 * Plain data, so that a problem can be opened again in another thread. Options of the oracle's kind stand beside these;
 * the kind alone knows them.
 */
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
  /** Configurations measured at once (1). */
  readonly workers?: number;
}

export interface Problem {
  readonly space: SearchSpace;
  /** The caller closes it. */
  readonly oracle: Oracle;
  /** Those constraints that read measured metrics; the space has settled the others. */
  readonly constraints: readonly string[];
}

const KIND_OF = /^(?:--oracle=)?([\w-]+):/;

/** The kind of oracle that the command line names. */
async function kindInUse(words: readonly string[]): Promise<OracleKind | undefined> {
  const spec = words.find((word, i) => word.startsWith('--oracle=') || words[i - 1] === '--oracle');
  const name = KIND_OF.exec(spec ?? '')?.[1];
  return name === undefined ? undefined : loadOracleKind(name);
}

/** What the command line was called with; nothing for who only looks at its commands. */
export function wordsOf(command: Command): readonly string[] {
  let root = command;
  while (root.parent !== null) root = root.parent;
  return (root as { readonly rawArgs?: readonly string[] }).rawArgs ?? [];
}

/** `--space`, `--oracle` and everything that says how to measure; `required` unless something else may say it. */
export async function addProblemOptions(command: Command, { required = true } = {}): Promise<Command> {
  const inUse = await kindInUse(wordsOf(command));
  const names = [...(await oracleKindFiles()).keys()].sort();
  const oracle = `what measures: ${names.join(', ')}; with it, --help has its options`;
  command
    .addOption(new Option('--space <file or name>', 'search space').makeOptionMandatory(required))
    .addOption(new Option('--oracle <kind:where>', oracle).makeOptionMandatory(required))
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
    .option('--cache <file>', 'keep measurements for other studies of the same oracle');
  for (const [name, option] of Object.entries(inUse?.options ?? {})) command.addOption(flagOf(name, option));
  return command;
}

function flagOf(name: string, spec: OracleOption): Option {
  const { type, description, choices, list = false, min, max, short } = spec;
  const unit = spec.unit ?? (type === 'string' ? 'text' : 'number');
  const long = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const flags = [
    short === undefined ? '' : `-${short}, `,
    long,
    type === 'boolean' ? '' : ` <${unit}${list ? '...' : ''}>`,
  ];
  const option = new Option(flags.join(''), description);
  if (choices !== undefined) option.choices(choices);
  else if (type === 'integer' || type === 'float') {
    const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
    option.argParser(numberReader({ integer: type === 'integer', ...bounds }));
  }
  return spec.default === undefined ? option : option.default(spec.default);
}

/**
 * Opens what `--space` and `--oracle` name, constraints settled.
 *
 * @param given the space, where no file says it.
 * @throws UsageError for an oracle of no known kind, and what reading the space, table, model or data throws.
 */
export async function openProblem(options: ProblemOptions, given?: SpaceDefinition): Promise<Problem> {
  const [kindName = '', ...rest] = options.oracle.split(':');
  const kind = await loadOracleKind(kindName);
  const where = rest.join(':');
  if (where === '') {
    throw new UsageError(`cannot read --oracle "${options.oracle}"`, { remedy: `write ${kindName}:${kind.where}` });
  }
  const definition = given ?? (await readSpace(options.space));
  const unconstrained = { ...definition, constraints: [] };
  const bare = compileSpace(unconstrained);
  const constraints = [...(definition.constraints ?? []), ...(options.constraints ?? [])];
  const named = [...(options.metrics ?? []), ...metricsOfConstraints(definition, constraints)];
  // A spread is made of the repeats of its metric.
  const metrics = [...new Set((options.repeats ?? 1) > 1 ? named.map(withoutSpread) : named)];
  const { memory, workers = 1 } = options;
  const { onNote, onSkip } = readingOf({});
  const request: OracleRequest = {
    ...{ space: bare, metrics, workers },
    ...(memory === undefined ? {} : { memoryMegabytes: memory }),
    ...(onNote === undefined ? {} : { onNote }),
    ...(onSkip === undefined ? {} : { onSkip }),
  };
  const oracle = await kind.open(where, request, options);
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

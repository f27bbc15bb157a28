import { type Command, Option } from 'commander';
import { createRng } from '../base/rng.js';
import type { Metrics, Oracle, OracleKind, OracleOption, OracleRequest } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import { UsageError } from '../errors.js';
import { wrapOracle } from '../oracles/wrappers.js';
import { loadOracleKind, oracleKindFiles } from '../plugins/load-kinds.js';
import { compileSpace } from '../search-space/compile-space.js';
import type { SpaceDefinition } from '../search-space/definition.js';
import { openMeasurementCache } from '../store/measurement-cache.js';
import { readingOf } from './dataset-options.js';
import { numberReader, readMebibytes } from './read-number.js';

/**
 * What measures, as plain data, so that it can be opened again in another thread, process or machine. Options of the
 * oracle's kind stand beside these; the kind alone knows them.
 */
export interface MeasuringOptions {
  /** `table:FILE.csv`, `module:FILE.mjs`, `command:PROGRAM {parameter}` or `supernet:MODEL_FOLDER`. */
  readonly oracle: string;
  /** MiB. */
  readonly memory?: number;
  /** File of measurements. */
  readonly cache?: string;
  /** Configurations measured at once (1). */
  readonly workers?: number;
  readonly threads?: number;
  /** Seconds a measurement may take. */
  readonly timeout?: number;
  readonly timeoutFactor?: number;
  /** Seconds that the quickest measurement of a resumed study took. */
  readonly quickestSeconds?: number | undefined;
  readonly repeats?: number;
  /** Says nothing of the data. */
  readonly isQuiet?: boolean;
}

export interface Measuring {
  /** The space before constraints are settled. */
  readonly space: SearchSpace;
  /** The caller closes it. */
  readonly oracle: Oracle;
  /** The metrics known before measuring. */
  readonly analytic: readonly string[];
  readonly analyze: ((configuration: Configuration) => Metrics) | undefined;
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

/** `--oracle`, the options of its kind and what the machine allows it; `required` unless something else may say it. */
export async function addMeasuringOptions(command: Command, { required = true } = {}): Promise<Command> {
  const inUse = await kindInUse(wordsOf(command));
  const names = [...(await oracleKindFiles()).keys()].sort();
  const description = `what measures: ${names.join(', ')}; with it, --help has its options`;
  command
    .addOption(new Option('--oracle <kind:where>', description).makeOptionMandatory(required))
    .option(
      '--memory <MiB>',
      'command: address space of each process; module: heap of each thread, Buffers outside it are not bounded',
      readMebibytes,
    )
    .option('--cache <file>', 'keep measurements for other studies of the same oracle');
  for (const [name, option] of Object.entries(inUse?.options ?? {})) command.addOption(optionOf(name, option));
  return command;
}

/** How an option is written whose value goes by this name. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function optionOf(name: string, spec: OracleOption): Option {
  const { type, description, choices, list = false, min, max, short } = spec;
  const unit = spec.unit ?? (type === 'string' ? 'text' : 'number');
  const flags = [
    short === undefined ? '' : `-${short}, `,
    flagOf(name),
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

/** The words of a command line that `addMeasuringOptions` reads as these options. */
export async function measuringWords(options: MeasuringOptions): Promise<string[]> {
  const { kind } = await kindOf(options.oracle);
  const given = options as unknown as { readonly [name: string]: unknown };
  const flags = ['memory', 'cache', ...Object.keys(kind.options)].flatMap((name) => {
    const value = given[name];
    if (value === undefined || value === false) return [];
    return [flagOf(name), ...(value === true ? [] : [value].flat().map(String))];
  });
  return ['--oracle', options.oracle, ...flags];
}

async function kindOf(oracle: string): Promise<{ readonly kind: OracleKind; readonly where: string }> {
  const [name = '', ...rest] = oracle.split(':');
  const kind = await loadOracleKind(name);
  const where = rest.join(':');
  if (where !== '') return { kind, where };
  throw new UsageError(`cannot read --oracle "${oracle}"`, { remedy: `write ${name}:${kind.where}` });
}

/**
 * Opens what `--oracle` names for a space, with time limits, repeats and cache around it.
 *
 * @param metrics what is read of a measurement.
 * @throws UsageError for an oracle of no known kind, and what reading the table, model or data throws.
 */
export async function openMeasuring(
  definition: SpaceDefinition,
  metrics: readonly string[],
  options: MeasuringOptions,
): Promise<Measuring> {
  const { kind, where } = await kindOf(options.oracle);
  const space = compileSpace({ ...definition, constraints: [] });
  const { memory, workers = 1, threads, isQuiet = false } = options;
  const { onNote, onSkip } = isQuiet ? {} : readingOf({});
  const request: OracleRequest = {
    ...{ space, metrics, workers },
    ...(threads === undefined ? {} : { threads }),
    ...(memory === undefined ? {} : { memoryMegabytes: memory }),
    ...(onNote === undefined ? {} : { onNote }),
    // Who is not asked to say what was left out leaves it out all the same.
    ...(onSkip === undefined ? (isQuiet ? { onSkip: () => {} } : {}) : { onSkip }),
  };
  const oracle = await kind.open(where, request, options);
  try {
    const analyze = oracle.analyze?.bind(oracle);
    const analytic = analyze === undefined ? [] : Object.keys(analyze(space.sample(createRng('metrics'))));
    const { cache: file, ...limits } = options;
    const cache = file === undefined ? {} : { cache: openMeasurementCache(file) };
    return {
      ...{ space, analytic, analyze },
      oracle: await wrapOracle(oracle, space, { ...limits, exact: analytic, ...cache }),
    };
  } catch (error) {
    await oracle.close?.();
    throw error;
  }
}

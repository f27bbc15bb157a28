import type { Json } from '../base/json.js';
import type { DataError } from '../errors.js';
import type { Objective } from './objective.js';
import type { Configuration, SearchSpace } from './space.js';

export type Metrics = { readonly [metric: string]: number };

/** Why a measurement gave no values (Kernel Tuner's kinds); `lost`: again and again the process ended meanwhile. */
export const FAILURE_KINDS = ['timeout', 'build', 'runtime', 'correctness', 'constraint', 'lost'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** What was measured part by part: `values[metric][i]` is that of the part `order[i]`. */
export interface SeenParts {
  readonly order: readonly number[];
  readonly values: { readonly [metric: string]: readonly number[] };
  /** The finished trials that it raced, by number. */
  readonly rivals: readonly number[];
  /** The part of the study's risk that it took. */
  readonly risk: number;
}

export type Measurement = (
  | { readonly state: 'complete'; readonly metrics: Metrics; readonly parts?: SeenParts }
  /** Stopped by its race: the metrics are what the parts seen let expect. */
  | { readonly state: 'pruned'; readonly metrics: Metrics; readonly parts: SeenParts }
  | { readonly state: 'infeasible'; readonly message?: string }
  | { readonly state: 'failed'; readonly kind: FailureKind; readonly message: string }
) & {
  /** What measuring took when it was recorded: a replayed measurement counts so many seconds of the study's budget. */
  readonly seconds?: number;
};

export interface MeasureContext {
  readonly trial: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Given to oracles with `parts` alone: measure part by part in its order, and stop when it is lost. */
  readonly race?: Race;
}

/** Metrics that are means over parts (images, say), which are the same for every configuration. */
export interface Parts {
  /** What each part counts in the mean; above 0. */
  readonly weights: readonly number[];
  /** The metrics that are such means, each with the least and the greatest value that a part can have. */
  readonly ranges: { readonly [metric: string]: readonly [least: number, greatest: number] };
}

/** What a configuration is measured against, as plain data. */
export interface Race {
  /** Every part once. */
  readonly order: readonly number[];
  /** The objectives that are means over parts. */
  readonly objectives: readonly Objective[];
  /** Finished trials that are no worse in all other objectives, with their values part by part, in the parts' own order. */
  readonly rivals: readonly {
    readonly trial: number;
    readonly values: { readonly [metric: string]: readonly number[] };
  }[];
  /** The chance to stop one that would have been better somewhere than each of the rivals. */
  readonly risk: number;
}

/**
 * What measures a configuration. The engine knows nothing else about the problem.
 * `measure` may throw: the trial is then stored as failed (kind runtime) and the study goes on.
 */
export interface Oracle {
  readonly name: string;
  /** Names of the metrics a complete measurement carries (analytic ones included). */
  readonly metrics: readonly string[];
  /** Cheap, exact metrics known before measuring (parameter counts, MACs); constraints may use them. */
  analyze?(configuration: Configuration): Metrics;
  measure(configuration: Configuration, context: MeasureContext): Promise<Measurement>;
  /** Present where `measure` heeds `context.race`; `measureInParts` is how. */
  readonly parts?: Parts;
  /** What the numbers depend on (file hashes, input size, seeds): a study refuses to resume when it changes. */
  fingerprint(): Promise<{ readonly [key: string]: Json }>;
  /**
   * Every legal configuration of the space with its measurement, for oracles that look recorded measurements up and so
   * can tell all of them at once.
   */
  enumerate?(space: SearchSpace): Iterable<readonly [Configuration, Measurement]>;
  /** What who opened it should know: what was left out of a table, say. */
  readonly notes?: readonly string[];
  close?(): Promise<void>;
}

type OptionValue = number | string | boolean;

/** One setting of an oracle kind: `--its-name` of the commands that measure. */
export interface OracleOption {
  readonly type: 'integer' | 'float' | 'boolean' | 'string';
  readonly description: string;
  /** Undefined where there is none; a boolean is false. */
  readonly default?: OptionValue;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** What --help calls a value: `pixels`. */
  readonly unit?: string;
  /** One letter for short. */
  readonly short?: string;
  /** Takes several values. */
  readonly list?: boolean;
}

export type OracleOptions = { readonly [option: string]: OracleOption };

type One<Option extends OracleOption> = Option['type'] extends 'boolean'
  ? boolean
  : Option['type'] extends 'string'
    ? Option['choices'] extends readonly (infer Choice)[]
      ? Choice
      : string
    : number;
type Given<Option extends OracleOption> = Option['list'] extends true ? readonly One<Option>[] : One<Option>;
export type OracleOptionValues<Options extends OracleOptions> = {
  readonly [Name in keyof Options]: Options[Name] extends
    | { readonly default: OptionValue }
    | { readonly type: 'boolean' }
    ? Given<Options[Name]>
    : Given<Options[Name]> | undefined;
};

/** What an oracle is opened for. */
export interface OracleRequest {
  /** The space before constraints are settled: its parameters, canonical form and keys. */
  readonly space: SearchSpace;
  /** The metrics that objectives and constraints read. */
  readonly metrics: readonly string[];
  /** Calls that are made at once. */
  readonly workers: number;
  /** Threads to compute with, where others measure on the same machine; as many as it likes when absent. */
  readonly threads?: number;
  readonly memoryMegabytes?: number;
  /** Told of what who measures may not expect. */
  readonly onNote?: (message: string) => void;
  /** Told of data that is left out because it cannot be used. */
  readonly onSkip?: (fault: DataError) => void;
}

/** What `--oracle KIND:WHERE` may name; a file that default-exports one gives it its own name. */
export interface OracleKind {
  /** What stands after the colon, for --help: `FILE.csv`. */
  readonly where: string;
  readonly options: OracleOptions;
  /** @param options by name; those of others are passed over, one that is absent has its default. */
  open(where: string, request: OracleRequest, options: object): Promise<Oracle>;
}

/**
 * Types an oracle kind and its options. Heavy modules are best imported within `open`: the file is loaded for --help too.
 *
 * @throws what `open` throws; a mistake of the caller's is best a `UsageError`.
 */
export function defineOracle<const Options extends OracleOptions>(definition: {
  readonly where: string;
  readonly options?: Options;
  open(where: string, request: OracleRequest, options: OracleOptionValues<Options>): Promise<Oracle>;
}): OracleKind {
  const own: OracleOptions = definition.options ?? {};
  return {
    where: definition.where,
    options: own,
    open(where, request, options) {
      const given = options as { readonly [option: string]: unknown };
      const values = Object.entries(own).map(
        ([name, { type, default: value = type === 'boolean' ? false : undefined }]) => [name, given[name] ?? value],
      );
      return definition.open(where, request, Object.fromEntries(values) as OracleOptionValues<Options>);
    },
  };
}

import { didYouMean } from '../base/did-you-mean.js';
import type { Json } from '../base/json.js';
import { StudyError } from '../errors.js';

/** A study of Optuna's as any of its storages keeps it. */
export interface OptunaStudy {
  readonly name: string;
  readonly directions: readonly ('min' | 'max')[];
  /** As `set_metric_names` gave them; none by default. */
  readonly metricNames: readonly string[];
  /** In the order of their numbers. */
  readonly trials: readonly OptunaTrial[];
  /** What the numbers came from. */
  readonly fingerprint: { readonly [key: string]: Json };
}

export interface OptunaTrial {
  readonly state: string;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** In the order in which they were asked for. */
  readonly parameters: readonly { readonly name: string; readonly stored: number; readonly distribution: string }[];
  /** By objective; infinities and NaN as they are. */
  readonly values: readonly number[];
  readonly userAttributes: ReadonlyMap<string, unknown>;
  readonly systemAttributes: ReadonlyMap<string, unknown>;
  /** Of the last intermediate value. */
  readonly lastStep: number | undefined;
}

/** The states of trials that will not change. */
export const FINISHED: readonly string[] = ['COMPLETE', 'PRUNED', 'FAIL'];

/** In milliseconds. Local time without a zone, as most releases write it, is taken as it stands. */
export function timeOf(text: string | null | undefined): number | null {
  const [, date, clock, zone] = /^(\S+)[T ](\d+:\d+:\d+(?:\.\d{1,3})?)\d*(Z|[+-]\d\d:\d\d)?$/.exec(text ?? '') ?? [];
  const time = Date.parse(`${date}T${clock}${zone ?? 'Z'}`);
  return Number.isFinite(time) ? time : null;
}

/** The studies of these names; all when none is given. @throws StudyError STUDY_IMPORT for a name that none has. */
export function chosenOf<T extends { readonly name: string }>(
  studies: readonly T[],
  names: readonly string[],
  path: string,
): T[] {
  const missing = names.find((name) => !studies.some((study) => study.name === name));
  if (missing !== undefined) {
    const known = studies.map(({ name }) => name);
    throw new StudyError('STUDY_IMPORT', `${path} holds no study "${missing}".${didYouMean(missing, known)}`, {
      remedy: `it holds: ${known.join(', ')}`,
    });
  }
  return studies.filter(({ name }) => names.length === 0 || names.includes(name));
}

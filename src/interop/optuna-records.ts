import type { Json } from '../base/json.js';

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

import { InvalidArgumentError } from 'commander';
import type { Objective } from '../core/objective.js';

// Readers of option values that are no numbers, for commander.

/** `METRIC:min` or `METRIC:max`. */
export function readObjective(text: string): Objective {
  const match = /^(.+):(min|max)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Write METRIC:min or METRIC:max.');
  return { metric: readName(match[1] as string), direction: match[2] as Objective['direction'] };
}

/** What a study is to be called, or a metric is: something, and nothing that a terminal would obey. */
export function readName(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Give a name that is not empty.');
  if (/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u.test(text))
    throw new InvalidArgumentError('Give a name without control characters.');
  return text;
}

/** Of an option that is repeated. */
export const collect =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, read(text)];

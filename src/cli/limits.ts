import { existsSync } from 'node:fs';
import type { Json } from '../base/json.js';
import { readRecords } from '../store/study-record.js';
import { flagOf } from './open-measuring.js';
import type { ProblemOptions } from './open-problem.js';

/** Limits on measuring: they decide which trials fail, and belong to no fingerprint, since good values do not hang on them. */
const LIMITS = ['timeout', 'timeoutFactor', 'memory'] as const;

/** What a study's environment keeps of them. */
export const limitsOf = (options: ProblemOptions): { readonly [limit: string]: Json } =>
  Object.fromEntries(LIMITS.map((name) => [name, options[name] ?? null]));

/** What is said when a study goes on with other limits than the last time; earlier trials stay as they were measured. */
export function changedLimits(db: string, name: string, options: ProblemOptions): string[] {
  if (!existsSync(db)) return [];
  using reader = readRecords(db);
  const last = reader.environments(name).findLast((detail) => typeof detail['limits'] === 'object');
  const before = last?.['limits'] as { readonly [limit: string]: Json } | undefined;
  if (before === undefined) return [];
  const now = limitsOf(options);
  return LIMITS.filter((limit) => Object.hasOwn(before, limit) && before[limit] !== now[limit]).map((limit) => {
    const show = (value: Json | undefined) => (value === null || value === undefined ? 'none' : String(value));
    return `${flagOf(limit)} was ${show(before[limit])} and is ${show(now[limit])}; earlier trials stay as they were measured`;
  });
}

import type { Metrics } from '../core/oracle.js';

/** What no parameter is called, since trials are listed with it, or expressions have it. */
const RESERVED: readonly string[] = ['number', 'technique', 'state', 'true', 'false'];

/**
 * What another program's parameters are called here: letters, digits, `_` and dots are kept, and none is called as a metric or
 * as another. Those that are called otherwise are noted.
 */
export function parameterNames(
  given: Iterable<string>,
  metrics: Iterable<string>,
): { readonly names: ReadonlyMap<string, string>; readonly notes: readonly string[] } {
  const taken = new Set([...RESERVED, ...metrics]);
  const names = new Map<string, string>();
  for (const name of new Set(given)) {
    const own = freeName(name, taken);
    taken.add(own);
    names.set(name, own);
  }
  const renamed = [...names].filter(([was, is]) => was !== is);
  return { names, notes: renamed.map(([was, is]) => `parameter "${was}" is called ${is} here`) };
}

function freeName(given: string, taken: ReadonlySet<string>): string {
  const words = given
    .trim()
    .replaceAll(/[^A-Za-z0-9_.]+/g, '_')
    .replaceAll(/\.(?!\w)|^\.+/g, '_');
  const base = /^[A-Za-z_]/.test(words) ? words : `_${words}`;
  if (!taken.has(base)) return base;
  for (let i = 2; ; i++) if (!taken.has(`${base}_${i}`)) return `${base}_${i}`;
}

/** What is no number, text or truth stands as a text. */
export const scalarOf = (value: unknown): string | number | boolean =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
    ? value
    : JSON.stringify(value ?? null);

/** The metrics that are numbers. */
export const numbersAmong = (measured: Iterable<readonly [metric: string, value: unknown]>): Metrics =>
  Object.fromEntries([...measured].filter((one): one is [string, number] => typeof one[1] === 'number'));

/** A value that survives `JSON.parse(JSON.stringify(value))` unchanged (so: no NaN, no Infinity). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A value under a name that somebody else chose. `constructor`, `toString` and `__proto__` are names like any other, but
 * `record[name]` finds what every object inherits under them.
 */
export function ownValue<T>(record: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Sets a value under a name that somebody else chose; plain assignment to `__proto__` sets none. */
export function setOwn<T>(record: { [name: string]: T }, name: string, value: T): void {
  if (name !== '__proto__') record[name] = value;
  else Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true });
}

/** Whether a value that JSON may hold is an object, and no list. */
export const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two JSON values are equal, whatever the order of their keys. */
export function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [own, other] = [a as { readonly [key: string]: unknown }, b as { readonly [key: string]: unknown }];
  const keys = Object.keys(own);
  for (const key of keys) if (!Object.hasOwn(other, key) || !isSame(own[key], other[key])) return false;
  return keys.length === Object.keys(other).length;
}

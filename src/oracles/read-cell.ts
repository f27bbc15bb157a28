import type { Value } from '../core/configuration.js';
import type { Parameter } from '../core/space.js';

const BOOLEANS: { readonly [text: string]: boolean } = { '1': true, '0': false, true: true, false: false };

/**
 * Reads how a table writes a parameter's values: as text, or as they are. Lists and records are JSON. What is none of
 * the parameter's values comes back as it stands and lies outside its domain.
 */
export function readCell({ values, type }: Parameter): (cell: unknown) => Value {
  const known = new Map<unknown, Value>();
  for (const value of values ?? []) known.set(typeof value === 'object' ? JSON.stringify(value) : String(value), value);
  return (cell) => {
    const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell).trim();
    const found = known.get(text);
    if (found !== undefined) return found;
    if (type === 'boolean') return BOOLEANS[text.toLowerCase()] ?? text;
    if (STRUCTURED.has(type)) return parse(text);
    // "64.0" is 64.
    return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  };
}

const STRUCTURED: ReadonlySet<string> = new Set(['array', 'permutation', 'schedule', 'selector']);

function parse(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

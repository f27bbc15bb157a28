import type { Parameter, Value } from '../core/space.js';
import { DataError } from '../errors.js';
import { numberOf } from './number-cell.js';

/** What programs and people write for true and false. */
const WORDS = new Map(
  ['true', 'yes', 'y', 'on', 't', '.true.']
    .map((word): [string, boolean] => [word, true])
    .concat(['false', 'no', 'n', 'off', 'f', '.false.'].map((word) => [word, false])),
);
const STRUCTURED: ReadonlySet<string> = new Set(['array', 'permutation', 'schedule', 'selector']);
/** So near to a value is that value: what sums of decimals come to in binary. */
const ROUNDING = 1e-12;

/**
 * Reads how a table writes a parameter's values, by value and not by spelling: `TRUE`, `yes`, `on` and `1` are true, `64.0` is
 * 64, 0.30000000000000004 is 0.3. A choice of text is that text alone; lists and records are JSON. What is none of the
 * parameter's values comes back as it stands and lies outside its domain.
 *
 * @throws DataError DATA_TABLE for two choices that a table writes alike.
 */
export function readCell(
  { name, values, type }: Parameter,
  { decimalComma = false }: { readonly decimalComma?: boolean } = {},
): (cell: unknown) => Value {
  const known = new Map<string, Value>();
  for (const value of values ?? []) {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (known.has(text)) {
      throw new DataError('DATA_TABLE', `a table cannot tell the choices ${text} and "${text}" of ${name} apart`, {
        remedy: 'rename one of them',
      });
    }
    known.set(text, value);
  }
  const numbers = (values ?? []).filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const hasTruth = type === 'boolean' || known.get('true') === true || known.get('false') === false;
  return (cell) => {
    const raw = typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
    const text = raw.trim();
    const found = known.get(raw) ?? known.get(text);
    if (found !== undefined) return found;
    if (STRUCTURED.has(type)) return parse(text);
    const word = text.toLowerCase();
    const truth = WORDS.get(word);
    if (truth !== undefined && hasTruth) return truth;
    if (word === 'true' || word === 'false') return nearest(numbers, Number(truth), text);
    const number = numberOf(text, decimalComma);
    if (Number.isNaN(number)) return text;
    if (hasTruth && (number === 0 || number === 1) && !numbers.includes(number)) return number === 1;
    return values === null ? number : nearest(numbers, number, number);
  };
}

/** The value, of those in ascending order, that a number means, or `other` when none is near. */
function nearest(values: readonly number[], number: number, other: Value): Value {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  const isNear = (value: number) => Math.abs(value - number) <= ROUNDING * Math.abs(value);
  return values.slice(Math.max(0, low - 1), low + 1).find(isNear) ?? other;
}

function parse(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

const ZERO = 48;
const MINUS = 45;
const POINT = 46;

/** The whole number that a stretch of a text writes by nothing but digits, at most nine and no needless zero; else -1. */
export function digitsIn(text: string, start: number, end: number): number {
  const length = end - start;
  if (length < 1 || length > 9 || (length > 1 && text.charCodeAt(start) === ZERO)) return -1;
  let number = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    number = 10 * number + digit;
  }
  return number;
}

/** Up to here, whole numbers and powers of ten are doubles, and so their quotient is the nearest one (Clinger, 1990). */
const MOST_DIGITS = 15;
const POWERS = Float64Array.from({ length: MOST_DIGITS + 1 }, (_, i) => 10 ** i);

/**
 * What `Number` makes of a stretch of a text, without a text of its own: where up to 15 digits, with or without a sign
 * and a point, are all there is. Anything else, a number or not, is NaN.
 */
export function decimalIn(text: string, start: number, end: number): number {
  const isNegative = text.charCodeAt(start) === MINUS;
  let [number, digits, after] = [0, 0, -1];
  for (let i = isNegative ? start + 1 : start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === POINT && after < 0) {
      after = digits;
      continue;
    }
    const digit = code - ZERO;
    if (digit < 0 || digit > 9 || ++digits > MOST_DIGITS) return Number.NaN;
    number = 10 * number + digit;
  }
  if (digits === 0) return Number.NaN;
  if (after >= 0) number /= POWERS[digits - after] as number;
  return isNegative ? -number : number;
}

import { InvalidArgumentError } from 'commander';

/** Readers of option values, for commander. Each throws `InvalidArgumentError` for anything else. */
export function readInteger(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value)) throw new InvalidArgumentError('Give a whole number.');
  return value;
}

export function readCount(text: string): number {
  const value = readInteger(text);
  if (value < 1) throw new InvalidArgumentError('Give a whole number above 0.');
  return value;
}

export function readNatural(text: string): number {
  const value = readInteger(text);
  if (value < 0) throw new InvalidArgumentError('Give a whole number, 0 or more.');
  return value;
}

export function readNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Give a number.');
  return value;
}

export function readPositive(text: string): number {
  const value = readNumber(text);
  if (value <= 0) throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

export function readNonNegative(text: string): number {
  const value = readNumber(text);
  if (value < 0) throw new InvalidArgumentError('Give a number, 0 or more.');
  return value;
}

/** From 0 to 1, both included. */
export function readShare(text: string): number {
  const value = readNumber(text);
  if (value < 0 || value > 1) throw new InvalidArgumentError('Give a number from 0 to 1.');
  return value;
}

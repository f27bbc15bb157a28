import { InvalidArgumentError } from 'commander';

/** What a number on the command line may be; a bound that is absent is none. */
export interface NumberRange {
  readonly integer?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Bounds that do not belong to the range themselves. */
  readonly above?: number;
  readonly below?: number;
}

/** Reads the value of an option, for commander, which names the option and the value beside the error's advice. */
export type NumberReader = ((text: string) => number) & { readonly range: NumberRange };

/** Decimal digits with a point and an exponent; neither hexadecimal digits nor blanks, neither NaN nor Infinity. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The one reader of numbers: every numeric option of every command is one of those below or made by this.
 *
 * @returns a function that throws `InvalidArgumentError` with the range for whatever is outside it.
 */
export function numberReader(range: NumberRange): NumberReader {
  const read = (text: string): number => {
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    if (!isWithin(value, range)) throw new InvalidArgumentError(`Give ${describeRange(range)}.`);
    return value;
  };
  return Object.assign(read, { range });
}

/** A list of numbers, separated by commas; not empty. */
export function numbersReader(range: NumberRange): ((text: string) => readonly number[]) & { range: NumberRange } {
  const one = numberReader(range);
  const read = (text: string): readonly number[] => {
    try {
      return text.split(',').map((part) => one(part.trim()));
    } catch {
      throw new InvalidArgumentError(`Give a list with commas, each ${describeRange(range)}.`);
    }
  };
  return Object.assign(read, { range });
}

function isWithin(value: number, { integer = false, min, max, above, below }: NumberRange): boolean {
  return (
    (integer ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    value >= (min ?? -Infinity) &&
    value <= (max ?? Infinity) &&
    value > (above ?? -Infinity) &&
    value < (below ?? Infinity)
  );
}

/** `a whole number from 1 to 1,024`, as a part of a sentence. */
export function describeRange({ integer = false, min, max, above, below }: NumberRange): string {
  const show = (bound: number) => bound.toLocaleString('en-US');
  const kind = integer ? 'a whole number' : 'a number';
  if (min !== undefined && max !== undefined) return `${kind} from ${show(min)} to ${show(max)}`;
  const low = min !== undefined ? `of at least ${show(min)}` : above !== undefined ? `above ${show(above)}` : '';
  const high = max !== undefined ? `at most ${show(max)}` : below !== undefined ? `below ${show(below)}` : '';
  return [kind, [low, high].filter((part) => part !== '').join(' and ')].filter((part) => part !== '').join(' ');
}

const MOST = 1_000_000_000;
export const readNumber = numberReader({});
export const readPositive = numberReader({ above: 0 });
export const readNonNegative = numberReader({ min: 0 });
/** From 0 to 1, both included. */
export const readShare = numberReader({ min: 0, max: 1 });
/** How many there are to be. */
export const readCount = numberReader({ integer: true, min: 1, max: MOST });
export const readNatural = numberReader({ integer: true, min: 0, max: MOST });
/** What fixes everything random. */
export const readSeed = numberReader({ integer: true, min: 0, max: Number.MAX_SAFE_INTEGER });
export const readSeeds = numbersReader(readSeed.range);
/** Pixels along a side of a network's square input. */
export const readSize = numberReader({ integer: true, min: 16, max: 8192 });
/** Threads, or things done at once. */
export const readWorkers = numberReader({ integer: true, min: 1, max: 1024 });
/** 0 is any that is free. */
export const readPort = numberReader({ integer: true, min: 0, max: 65_535 });
/** Of wall clock; a timer of more milliseconds than 31 bits hold would go off at once. */
export const readSeconds = numberReader({ above: 0, max: 2_147_483 });
export const readMebibytes = numberReader({ integer: true, min: 1, max: 2 ** 30 });
export const readNumbers = numbersReader({});
/** Shares of a whole of which something must be left. */
export const readShares = numbersReader({ above: 0, max: 1 });
export const readProbability = numberReader({ above: 0, below: 1 });

import { type Command, Option } from 'commander';
import type { DataError } from '../errors.js';
import { type DataOptions, NUCLEI } from '../supernet/chain/inputs.js';
import { readCount } from './read-number.js';
import { note } from './terminal.js';

/** How every command that reads a data set deals with what it cannot use. */
export interface DataCommandOptions {
  readonly data?: string;
  readonly strict?: boolean;
  readonly minArea?: number;
  readonly images?: number;
  readonly maskColours?: boolean;
}

/** `--data`, the nuclei by default; `purpose` says what the command takes from it. */
export const dataOption = (purpose: string): Option =>
  new Option('-d, --data <folder>', purpose).default(NUCLEI, 'the nuclei of the package');

export const maskColoursOption = (): Option =>
  new Option('--mask-colours', 'read masks that are colour pictures: every colour is an object, black is background');

export const addStrictOption = (command: Command): Command =>
  command
    .option('--strict', 'refuse a data set with broken images (default: name them, count them, leave them out)')
    .addOption(maskColoursOption());

export const addDataOptions = (command: Command): Command =>
  addStrictOption(command).option('--min-area <pixels>', 'leave out objects of fewer pixels (default: 16)', readCount);

/** What a link of the chain reads, and whom it tells. */
export const readingOf = ({ data, strict, minArea, images, maskColours }: DataCommandOptions): DataOptions => ({
  ...{ data, minArea, images, maskColours, onNote: noteReporter() },
  ...(strict === true ? {} : { onSkip: skipReporter() }),
});

/** Writes one line for everything that is done to a picture, however often it is met. */
export function noteReporter(): (message: string) => void {
  const seen = new Set<string>();
  return (message) => {
    if (!seen.has(message)) note(message);
    seen.add(message);
  };
}

/** Writes one numbered line for everything that is left out, however often it is met, and the numbers of each kind at the end. */
export function skipReporter(): (fault: DataError) => void {
  const seen = new Set<string>();
  const kinds = new Map<string, number>();
  const summarise = () => note(`left out: ${[...kinds].map(([code, count]) => `${count} ${code}`).join(', ')}`);
  return ({ code, message }) => {
    if (seen.has(message)) return;
    if (seen.size === 0) process.once('exit', summarise);
    seen.add(message);
    kinds.set(code, (kinds.get(code) ?? 0) + 1);
    note(`left out, ${seen.size} so far: ${message} (${code})`);
  };
}

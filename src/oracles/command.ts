import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { hashFile } from '../base/files.js';
import type { Measurement, Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import { UsageError } from '../errors.js';
import { commandTemplate } from './command-line.js';
import { readMeasurement } from './read-measurement.js';
import { type ProgramResult, runProgram } from './run-program.js';

export interface CommandOracleOptions {
  readonly space: Pick<SearchSpace, 'parameters'>;
  /** Metrics that the study reads; `seconds` (the wall time) is always there. */
  readonly metrics: readonly string[];
  readonly memoryMegabytes?: number;
}

/** The wall time of a run; a program that prints a metric of this name has its own taken. */
const WALL_TIME = 'seconds';

/**
 * Measures by a program: the last line of its standard output, if it is a JSON object, holds the metrics (or the
 * `state`), and its wall time is the metric `seconds`. Another exit code than 0 is a failure. The program finds the
 * configuration in its arguments and, as JSON, in SUPERSAM_CONFIGURATION, beside SUPERSAM_SEED and SUPERSAM_TRIAL.
 *
 * @throws UsageError when the program cannot be found or a placeholder names no parameter.
 */
export async function createCommandOracle(
  line: string,
  { space, metrics, memoryMegabytes }: CommandOracleOptions,
): Promise<Oracle> {
  const template = commandTemplate(
    line,
    space.parameters.map(({ name }) => name),
  );
  await findProgram(template.words[0] as string);
  return {
    name: 'command',
    metrics: [...new Set([...metrics, WALL_TIME])],
    async measure(configuration, { seed, trial, signal }) {
      const environment = {
        SUPERSAM_CONFIGURATION: JSON.stringify(configuration),
        SUPERSAM_SEED: String(seed),
        SUPERSAM_TRIAL: String(trial),
      };
      const memory = memoryMegabytes === undefined ? {} : { memoryMegabytes };
      return measurementOf(await runProgram(template.fill(configuration), { environment, signal, ...memory }));
    },
    fingerprint: async () => ({ command: line, ...(await hashFiles(template.words)) }),
  };
}

function measurementOf({ exitCode, endedBy, lastLine, errors, seconds }: ProgramResult): Measurement {
  if (exitCode !== 0) {
    const how = endedBy === null ? `exit code ${exitCode}` : `ended by ${endedBy}`;
    const reason = errors.split('\n').at(-1) ?? '';
    return { state: 'failed', kind: 'runtime', message: reason === '' ? how : `${how}: ${reason}` };
  }
  const measured = lastLine.startsWith('{') ? readMeasurement(parse(lastLine)) : undefined;
  if (measured !== undefined && measured.state !== 'complete') return measured;
  return { state: 'complete', metrics: { [WALL_TIME]: seconds, ...measured?.metrics } };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return `${line.slice(0, 60)} (no JSON)`;
  }
}

async function findProgram(name: string): Promise<void> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const places = name.includes('/') ? [name] : folders.map((folder) => join(folder, name));
  for (const place of places) {
    if (await access(place, constants.X_OK).then(...SETTLED)) return;
  }
  throw new UsageError(`there is no program "${name}" to measure with`, {
    remedy: name.includes('/')
      ? 'make the file executable, or name its interpreter first'
      : 'install it, or give its path',
  });
}

const SETTLED = [() => true, () => false] as const;

/** A changed script gives other numbers: the words that name files stand for their contents. */
async function hashFiles(words: readonly string[]): Promise<{ [file: string]: string }> {
  const hashes: { [file: string]: string } = {};
  for (const word of words) if (await isFile(word)) hashes[word] = await hashFile(word);
  return hashes;
}

const isFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

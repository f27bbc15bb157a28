import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { hashFile, isFile } from '../base/files.js';
import { parsePythonJson, RepeatedKeyError } from '../base/parse-json.js';
import type { Measurement, Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import { UsageError } from '../errors.js';
import { commandTemplate } from './command-line.js';
import { hashDependencies } from './dependencies.js';
import { incorrect, readMeasurement, show } from './read-measurement.js';
import { type ProgramResult, runProgram } from './run-program.js';

export interface CommandOracleOptions {
  readonly space: Pick<SearchSpace, 'parameters'>;
  /** Metrics that the study reads; `seconds` (the wall time) is always there. */
  readonly metrics: readonly string[];
  readonly memoryMegabytes?: number;
  /** Files besides those that the line names, on whose contents the numbers depend. */
  readonly depends?: readonly string[];
}

/** The wall time of a run; a program that prints a metric of this name has its own taken. */
const WALL_TIME = 'seconds';

/**
 * Measures by a program: the JSON object at the end of its standard output, in one line or several, holds the metrics
 * (or the `state`), and its wall time is the metric `seconds`. Another exit code than 0 is a failure, and so is output
 * without a metric that the study reads. The program finds the configuration in its arguments and, as JSON, in
 * SUPERSAM_CONFIGURATION, beside SUPERSAM_SEED and SUPERSAM_TRIAL.
 *
 * @throws UsageError when the program or a file of `depends` cannot be found or a placeholder names no parameter.
 */
export async function createCommandOracle(
  line: string,
  { space, metrics, memoryMegabytes, depends = [] }: CommandOracleOptions,
): Promise<Oracle> {
  const template = commandTemplate(
    line,
    space.parameters.map(({ name }) => name),
  );
  await findProgram(template.words[0] as string);
  await hashDependencies(depends);
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
      const result = await runProgram(template.fill(configuration), { environment, signal, ...memory });
      return measurementOf(result, metrics);
    },
    fingerprint: async () => ({
      command: line,
      ...(await hashFiles(template.words)),
      ...(await hashDependencies(depends)),
    }),
  };
}

function measurementOf({ exitCode, endedBy, output, errors, seconds }: ProgramResult, metrics: readonly string[]) {
  if (exitCode !== 0) {
    const how = endedBy === null ? `exit code ${exitCode}` : `ended by ${endedBy}`;
    const reason = errors.split('\n').at(-1) ?? '';
    return { state: 'failed', kind: 'runtime', message: reason === '' ? how : `${how}: ${reason}` } as const;
  }
  const found = lastObject(output);
  if (found instanceof RepeatedKeyError) return incorrect(`in its result ${found.message}`);
  const measured = found === undefined ? undefined : readMeasurement(found, metrics);
  if (measured !== undefined && measured.state !== 'complete') return measured;
  const own: Measurement = { state: 'complete', metrics: { [WALL_TIME]: seconds, ...measured?.metrics } };
  const missing = metrics.find((name) => own.metrics[name] === undefined);
  if (missing === undefined) return own;
  if (output.includes('\0')) return incorrect('its output holds NUL characters, as UTF-16 does; print UTF-8');
  const last = output.trimEnd().split('\n').at(-1)?.trim() ?? '';
  if (last.length > LONGEST_LINE) {
    return incorrect(`its last line is longer than is read; a short JSON object with "${missing}" is expected there`);
  }
  if (last === '') {
    const where = errors === '' ? '' : ' on its standard output';
    return incorrect(`it printed nothing${where}; a JSON object with "${missing}" is expected at the end`);
  }
  if (found !== undefined) return incorrect(`its result ${show(found)} has no "${missing}"`);
  return incorrect(`a JSON object with "${missing}" is expected at the end of its output, not ${show(last)}`);
}

const [BELL, ESCAPE] = [7, 27].map((code) => String.fromCharCode(code));
/** What makes colours, moves the cursor, sets the title and the letters of a terminal, and its bell. */
const CONTROLS = new RegExp(
  `${ESCAPE}\\[[0-9;?]*[A-Za-z]|${ESCAPE}\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)|${ESCAPE}[()][0-9A-Z]|${BELL}`,
  'g',
);
/** Of a line that is longer the beginning may be missing. */
const LONGEST_LINE = 60_000;
/** A result is a few lines; a longer one begins somewhere in these. */
const MOST_LINES = 1000;

/** The JSON object that ends the output and starts on a line of its own; an error for one that has two values of a name. */
function lastObject(output: string): object | RepeatedKeyError | undefined {
  const text = output.replace(CONTROLS, '').trimEnd();
  if (!text.endsWith('}')) return undefined;
  const lines = text.split(/\r?\n|\r/);
  for (let at = lines.length - 1; at >= Math.max(0, lines.length - MOST_LINES); at--) {
    if (!lines[at]?.trimStart().startsWith('{')) continue;
    // Trimmed of a byte order mark, too.
    const own = lines.slice(at).join('\n').trim();
    try {
      return parsePythonJson(own) as object;
    } catch (error) {
      if (error instanceof RepeatedKeyError) return error;
      // An inner object, or the end of something else: it may start further up.
    }
  }
  return undefined;
}

async function findProgram(name: string): Promise<void> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const places = name.includes('/') ? [name] : folders.map((folder) => join(folder, name));
  for (const place of places) {
    if (await access(place, constants.X_OK).then(...SETTLED)) return requireInterpreter(place);
  }
  throw new UsageError(`there is no program "${name}" to measure with`, {
    remedy: name.includes('/')
      ? 'make the file executable, or name its interpreter first'
      : 'install it, or give its path',
  });
}

/** A script whose first line names no program cannot be started, and the system then says that the script is not there. */
async function requireInterpreter(script: string): Promise<void> {
  const file = await open(script).catch(() => undefined);
  const { buffer, bytesRead } = (await file?.read(Buffer.alloc(256), 0, 256, 0)) ?? {
    buffer: Buffer.alloc(0),
    bytesRead: 0,
  };
  await file?.close();
  const [, line = ''] = /^#!([^\n]*)\n/.exec(buffer.toString('latin1', 0, bytesRead)) ?? [];
  if (line === '') return;
  if (line.endsWith('\r')) {
    throw new UsageError(
      `${script} ends its lines as Windows does, which the system takes for a part of the names in it`,
      {
        remedy: 'save it with the line ends of Unix (dos2unix)',
      },
    );
  }
  const interpreter = line.trim().split(/\s/)[0] as string;
  if (await access(interpreter, constants.X_OK).then(...SETTLED)) return;
  throw new UsageError(`${script} is to be run by ${interpreter}, which is not there`, {
    remedy: 'mend its first line, or name the interpreter before it',
  });
}

const SETTLED = [() => true, () => false] as const;

/** A changed script gives other numbers: the words that name files stand for their contents. */
async function hashFiles(words: readonly string[]): Promise<{ [file: string]: string }> {
  const hashes: { [file: string]: string } = {};
  for (const word of words) if (await isFile(word)) hashes[word] = await hashFile(word);
  return hashes;
}

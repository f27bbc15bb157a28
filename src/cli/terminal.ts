import { workerData } from 'node:worker_threads';
import type { Progress } from '../base/progress.js';

/** What the standard streams end in. */
export interface TerminalShape {
  readonly isOutput: boolean;
  readonly isError: boolean;
  readonly columns: number;
}

/** Handed to the thread of a command (`runInThread`), whose own streams do not know. */
export const terminal: TerminalShape = (workerData as { terminal?: TerminalShape } | null)?.terminal ?? {
  isOutput: process.stdout.isTTY === true,
  isError: process.stderr.isTTY === true,
  columns: process.stderr.columns ?? 120,
};

/**
 * Results go to standard output; everything said about the work goes to standard error, so output can be piped. Control
 * characters, which names from files may hold, are written as escapes: no text moves the cursor.
 */
export const print = (line = ''): void => void process.stdout.write(`${visible(line)}\n`);
export const note = (line = ''): void => void process.stderr.write(`${visible(line)}\n`);
/** Standard output for programs, as it is: a table, JSON, a picture. */
export const printData = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);

/** Control characters but line ends and tabs, and those that turn the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const INVISIBLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export const visible = (text: string): string =>
  text.replaceAll(INVISIBLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
/** Without a terminal a line is written at most this often, so that logs stay short. */
const LOG_MS = 10_000;

/**
 * Runs long work under one progress line with the time left: redrawn in place on a terminal, as plain
 * `title: done/total …` lines otherwise. The last line stays and says how long it took.
 */
export async function withProgress<T>(title: string, work: (onProgress: Progress) => Promise<T>): Promise<T> {
  const started = performance.now();
  let first: { readonly done: number; readonly at: number } | undefined;
  let drawn = -Infinity;
  let last = '';
  const line = (done: number, total: number, text: string, now: number) => {
    const seconds = (now - started) / 1000;
    const measured =
      first !== undefined && done > first.done ? (now - first.at) / 1000 / (done - first.done) : undefined;
    const left = done >= total || measured === undefined ? '' : `, ${duration(measured * (total - done))} left`;
    const filled = total > 0 ? Math.round((BAR_WIDTH * done) / total) : 0;
    const bar = terminal.isError ? ` ${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}` : ':';
    return `${title}${bar} ${done}/${total} ${duration(seconds)}${left}${text === '' ? '' : `  ${text}`}`;
  };
  const write = (text: string, end: boolean) =>
    process.stderr.write(
      terminal.isError
        ? `\r${visible(text).slice(0, terminal.columns - 1)}\x1b[K${end ? '\n' : ''}`
        : `${visible(text)}\n`,
    );
  try {
    return await work((done, total, text = '') => {
      const now = performance.now();
      first ??= { done, at: now };
      last = line(done, total, text, now);
      if (now - drawn < (terminal.isError ? REDRAW_MS : LOG_MS)) return;
      drawn = now;
      write(last, false);
    });
  } finally {
    write(last === '' ? `${title}: ${duration((performance.now() - started) / 1000)}` : last, true);
  }
}

export function duration(seconds: number): string {
  if (seconds < 59.5) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)}s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, '0')}s`
    : `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}

const CHART_WIDTH = 40;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Standard error, written behind the value. */
  readonly error?: number | undefined;
}

/**
 * One line a value: label, number, standard error, bar. Bars share one scale, that of the largest magnitude; negative values are drawn
 * with a lighter block.
 */
export function barChart(rows: readonly Bar[]): string[] {
  const labelWidth = Math.max(0, ...rows.map(({ label }) => label.length));
  const largest = Math.max(0, ...rows.map(({ value }) => Math.abs(value)));
  const hasErrors = rows.some(({ error }) => error !== undefined);
  return rows.map(({ label, value, error }) => {
    const eighths = largest === 0 ? 0 : Math.round((8 * CHART_WIDTH * Math.abs(value)) / largest);
    const bar =
      value < 0 ? '░'.repeat(Math.ceil(eighths / 8)) : '█'.repeat(eighths >> 3) + (EIGHTHS[eighths % 8] ?? '');
    const spread = hasErrors ? (error === undefined ? '' : `± ${error.toFixed(4)}`).padEnd(9) : '';
    return `${label.padEnd(labelWidth)} ${value.toFixed(4).padStart(8)} ${spread}${bar}`.trimEnd();
  });
}

import { failuresByKind } from '../analysis/failures.js';
import { readCsv, writeCsv } from '../base/csv.js';
import { ownValue } from '../base/json.js';
import { shortNumber } from '../base/short-number.js';
import type { Objective } from '../core/objective.js';
import type { Configuration, Value } from '../core/space.js';
import type { StoredStudy } from '../core/store.js';
import { FINISHED_STATES, type FinishedTrial } from '../core/trial.js';
import { UsageError } from '../errors.js';

type Cell = Value | undefined;

/** One line a trial: number, technique, state, one cell a parameter (none where inactive), one an objective. */
function table({ definition, finished, open }: StoredStudy): { header: string[]; rows: Cell[][]; trials: Listed[] } {
  const parameters = Object.keys(definition.space.parameters);
  const objectives = definition.objectives.map(({ metric }) => metric);
  const trials: Listed[] = [...finished, ...open.map((trial) => ({ ...trial, state: 'pending', values: null }))];
  trials.sort((a, b) => a.number - b.number);
  return {
    header: ['number', 'technique', 'state', ...parameters, ...objectives],
    rows: trials.map(({ number, technique, state, configuration, values }) => [
      ...[number, technique, state],
      ...parameters.map((name) => ownValue(configuration, name)),
      ...objectives.map((_, i) => values?.[i]),
    ]),
    trials,
  };
}

type Listed = Pick<FinishedTrial, 'number' | 'technique' | 'configuration' | 'values' | 'failure' | 'parts'> & {
  state: string;
};

/**
 * A study as CSV, for programs: every digit of every value, empty cells where there is none. No times and no messages:
 * equal studies give equal bytes. Rows by number, open trials included.
 */
export function trialsCsv(study: StoredStudy): string {
  const { header, rows } = table(study);
  return writeCsv([header, ...rows]);
}

/** The same for people: columns, numbers of six digits, why a trial failed, and when its race was lost. */
export function trialLines(study: StoredStudy): string[] {
  const { header, rows, trials } = table(study);
  const text = (value: Cell) =>
    value === undefined ? '-' : typeof value === 'number' ? shortNumber(value) : oneLine(String(value));
  return alignColumns([header, ...rows.map((row) => row.map(text))]).map((line, i) => {
    const { failure, state, parts } = trials[i - 1] ?? {};
    if (state === 'pruned') return `${line}  after ${parts?.order.length} parts`;
    return failure === undefined ? line.trimEnd() : `${line}  ${failure.kind}: ${oneLine(failure.message)}`;
  });
}

/** Rows of cells as lines, every column as wide as its widest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

/** One line a kind of failure: how many trials, and what the first of them said. */
export function failureLines(trials: readonly FinishedTrial[]): string[] {
  return failuresByKind(trials).map(
    ({ kind, count, number, message }) => `${count} failed (${kind}); the first, trial ${number}: ${oneLine(message)}`,
  );
}

const LONGEST = 300;

export const oneLine = (text: string): string => {
  const line = text.trim().replaceAll(/\s*[\r\n]+\s*/g, ' | ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line;
};

const STATES: readonly string[] = FINISHED_STATES;

/**
 * The trials that `supersam trials --csv` has printed. Columns that are no objective are taken for parameters, as texts.
 *
 * @throws UsageError for what is no CSV, when a column is missing or a complete trial lacks a value.
 */
export function readTrialsCsv(text: string, objectives: readonly Objective[]): FinishedTrial[] {
  const [header = [], ...rows] = rowsOf(text);
  const column = (name: string) => {
    const at = header.indexOf(name);
    if (at >= 0) return at;
    throw new UsageError(`the trial table has no column "${name}"`, {
      remedy: `it has ${header.join(', ') || 'none'}`,
    });
  };
  const [number, technique, state] = ['number', 'technique', 'state'].map(column) as [number, number, number];
  const values = objectives.map(({ metric }) => column(metric));
  const parameters = [...header.keys()].filter((at) => ![number, technique, state, ...values].includes(at));
  return rows.flatMap((row, i): FinishedTrial[] => {
    if (!STATES.includes(row[state] ?? '')) return [];
    const complete = row[state] === 'complete';
    const own = values.map((at) => (row[at]?.trim() ? Number(row[at]) : Number.NaN));
    if (complete && !own.every(Number.isFinite))
      throw new UsageError(`line ${i + 2} of the trial table lacks a value`, { remedy });
    const given = parameters.filter((at) => (row[at] ?? '') !== '');
    return [
      {
        number: Number(row[number]),
        technique: row[technique] ?? '',
        configuration: Object.fromEntries(given.map((at) => [header[at], row[at]])) as Configuration,
        state: row[state] as FinishedTrial['state'],
        values: complete ? own : null,
        metrics: null,
        improvement: 0,
      },
    ];
  });
}

const remedy = 'give what `supersam trials DB --csv` prints';

function rowsOf(text: string): string[][] {
  try {
    return [...readCsv(text)];
  } catch (cause) {
    throw new UsageError(`the trial table is no CSV: ${(cause as Error).message}`, {
      cause,
      remedy,
    });
  }
}

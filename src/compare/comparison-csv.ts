import type { ComparisonRow } from './comparison.js';

/** The rows, one line each, a column for every checkpoint. */
export function comparisonCsv(rows: readonly ComparisonRow[], checkpoints: readonly number[]): string {
  const lines = rows.map((row) => [
    row.technique,
    row.seed,
    ...checkpoints.map((step) => row.at[step] ?? ''),
    ...[row.illegalShare, row.repeatedShare, row.infeasibleShare ?? '', row.engineSeconds],
  ]);
  const shares = ['illegalShare', 'repeatedShare', 'infeasibleShare', 'engineSeconds'];
  return [['technique', 'seed', ...checkpoints.map((step) => `at${step}`), ...shares], ...lines]
    .map((line) => `${line.map(cell).join(',')}\n`)
    .join('');
}

const cell = (value: string | number) =>
  /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);

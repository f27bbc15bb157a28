import type { RowReader } from '../base/csv.js';
import type { Parameter, Value } from '../core/space.js';
import { DataError } from '../errors.js';
import { beginsAsNumber, hasDecimalComma } from './number-cell.js';

/** Cells of a table's metrics that are no numbers: which make a failure of their row, and which a table that is not read. */
export interface OddCells {
  /** @throws DataError DATA_TABLE for one that was meant for a number, in a column that the study reads. */
  see(name: string, cell: unknown, line: number): void;
  /** @throws DataError DATA_TABLE for a column of which this is the fault: numbers among decimal commas, or no number at all. */
  check(name: string, isMeasured: boolean): void;
  notes(rows: number): readonly string[];
}

export function createOddCells(file: string, required: readonly string[]): OddCells {
  const first = new Map<string, string>();
  const commas = new Map<string, string>();
  const counts = new Map<string, number>();
  return {
    see(name, cell, line) {
      const where = `column "${name}", row ${line}: ${JSON.stringify(cell ?? '')} is no number`;
      if (!first.has(name)) first.set(name, where);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (hasDecimalComma(cell)) {
        if (!commas.has(name)) commas.set(name, where);
      } else if (required.includes(name) && beginsAsNumber(cell)) {
        throw refuse(
          file,
          where,
          'write it as a plain number, without its unit, or leave the cell empty for a failure',
        );
      }
    },
    check(name, isMeasured) {
      const where = isMeasured ? commas.get(name) : required.includes(name) ? first.get(name) : undefined;
      if (where !== undefined) throw refuse(file, where, commas.has(name) ? POINT : 'mend the column');
    },
    notes: (rows) =>
      required
        .filter((name) => first.has(name))
        .map((name) => `${counts.get(name)} of ${rows} rows of ${file} are failures: ${first.get(name)}`),
  };
}

const POINT = 'write a decimal point, or separate the columns by semicolons';

/** A row does not lie outside of the space because its numbers have commas. Throws `DataError` (DATA_TABLE). */
export function refuseDecimalComma(
  file: string,
  { name, values }: Parameter,
  row: RowReader,
  columns: readonly string[],
  line: number,
): void {
  const cell = row.cell(columns.indexOf(name));
  if (!hasDecimalComma(cell) || values?.includes(cell as Value) === true) return;
  throw refuse(file, `column "${name}", row ${line}: ${JSON.stringify(cell)} is no number`, POINT);
}

const refuse = (file: string, where: string, remedy: string) =>
  new DataError('DATA_TABLE', `table ${file}, ${where}`, { remedy });

const DECIMAL_COMMA = /^[-+]?\d*,\d+(?:[eE][-+]?\d+)?$/;
/** With marks between the thousands that cannot be decimal ones: there are several, or a decimal mark of the other kind. */
const GROUPED_BY_COMMAS = /^[-+]?\d{1,3}(?:(?:,\d{3})+\.\d*|(?:,\d{3}){2,})$/;
const GROUPED_BY_POINTS = /^[-+]?\d{1,3}(?:(?:\.\d{3})+,\d*|(?:\.\d{3}){2,})$/;

/**
 * The number that a cell writes, marks between thousands or not; NaN for what is none, an empty cell among it. With a
 * decimal comma points may stand between the thousands, too.
 */
export function numberOf(cell: unknown, decimalComma = false): number {
  if (typeof cell !== 'string') return typeof cell === 'number' ? cell : Number.NaN;
  const number = Number(cell);
  if (number !== 0 && !Number.isNaN(number)) return number;
  const text = cell.trim();
  if (GROUPED_BY_COMMAS.test(text)) return Number(text.replaceAll(',', ''));
  if (decimalComma && GROUPED_BY_POINTS.test(text)) return Number(text.replaceAll('.', '').replace(',', '.'));
  if (decimalComma && DECIMAL_COMMA.test(text)) return Number(text.replace(',', '.'));
  return text === '' ? Number.NaN : number;
}

/** Whether a cell that is no number would be one with a point. */
export const hasDecimalComma = (cell: unknown): boolean => typeof cell === 'string' && DECIMAL_COMMA.test(cell.trim());

/** Whether a cell that is no number was meant for one: `5%`, `15 ms`, `1_000`, `1.5D+03`. */
export const beginsAsNumber = (cell: unknown): boolean =>
  typeof cell === 'string' && /^\s*[-+]?[$€£]?\s*[.,]?\d/.test(cell);

const ONE_GROUP = /^[-+]?[1-9]\d{0,2}([.,])\d{3}$/;
const DECIMAL_POINT = /^[-+]?\d*\.\d+(?:[eE][-+]?\d+)?$/;

/** Which marks the numbers of one table are written with, as far as they have been seen. */
export interface Marks {
  see(cell: unknown, column: string, row: number): void;
  /** A cell that means one number or a thousand times that, which the others do not settle; undefined where there is none. */
  unclear(): string | undefined;
}

/**
 * Where columns are not separated by commas a number may have a decimal comma or a point. `1,234` is then 1.234 or 1234:
 * the first as long as no other cell shows that the table's decimal mark is the point, and so with points.
 */
export function createMarks(): Marks {
  /** By mark: the first cell in which it can only be the decimal one, and the first in which it may be. */
  const [sure, unsure] = [new Map<string, string>(), new Map<string, string>()];
  const keep = (cells: Map<string, string>, mark: string, where: () => string) => {
    if (!cells.has(mark)) cells.set(mark, where());
  };
  return {
    see(cell, column, row) {
      if (typeof cell !== 'string') return;
      const text = cell.trim();
      const [, mark] = ONE_GROUP.exec(text) ?? [];
      if (mark !== undefined) keep(unsure, mark, () => `column "${column}", row ${row}: ${JSON.stringify(cell)}`);
      else if (DECIMAL_POINT.test(text) || GROUPED_BY_COMMAS.test(text)) keep(sure, '.', () => text);
      else if (DECIMAL_COMMA.test(text) || GROUPED_BY_POINTS.test(text)) keep(sure, ',', () => text);
    },
    unclear() {
      for (const [mark, other] of [
        [',', '.'],
        ['.', ','],
      ] as const) {
        const cell = unsure.get(mark);
        const said = sure.get(other) ?? unsure.get(other)?.replace(/^.*: /, '');
        if (cell !== undefined && said !== undefined)
          return `${cell} may be a thousand times as much, since ${said} is there too`;
      }
      return undefined;
    },
  };
}

const WIDTH = 40;
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
    const eighths = largest === 0 ? 0 : Math.round((8 * WIDTH * Math.abs(value)) / largest);
    const bar =
      value < 0 ? '░'.repeat(Math.ceil(eighths / 8)) : '█'.repeat(eighths >> 3) + (EIGHTHS[eighths % 8] ?? '');
    const spread = hasErrors ? (error === undefined ? '' : `± ${error.toFixed(4)}`).padEnd(9) : '';
    return `${label.padEnd(labelWidth)} ${value.toFixed(4).padStart(8)} ${spread}${bar}`.trimEnd();
  });
}

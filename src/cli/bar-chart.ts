const WIDTH = 40;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * One line a value: label, number, bar. Bars share one scale, that of the largest magnitude; negative values are drawn
 * with a lighter block.
 */
export function barChart(rows: readonly { readonly label: string; readonly value: number }[]): string[] {
  const labelWidth = Math.max(0, ...rows.map(({ label }) => label.length));
  const largest = Math.max(0, ...rows.map(({ value }) => Math.abs(value)));
  return rows.map(({ label, value }) => {
    const eighths = largest === 0 ? 0 : Math.round((8 * WIDTH * Math.abs(value)) / largest);
    const bar =
      value < 0 ? '░'.repeat(Math.ceil(eighths / 8)) : '█'.repeat(eighths >> 3) + (EIGHTHS[eighths % 8] ?? '');
    return `${label.padEnd(labelWidth)} ${value.toFixed(4).padStart(8)} ${bar}`.trimEnd();
  });
}

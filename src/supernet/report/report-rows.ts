import type { ReportRow } from './report-model.js';

/** `report.json`: the rows with exactly these fields, in this order, one row a line. */
export function reportRows(rows: readonly ReportRow[]): string {
  const lines = rows.map((row) =>
    JSON.stringify({
      name: row.name,
      configuration: row.configuration,
      encoderParameters: row.encoderParameters,
      reduction: row.reduction,
      inputSize: row.inputSize,
      split: row.split,
      prompt: row.prompt,
      mask: row.mask,
      meanIou: row.meanIou,
      spread: row.spread,
      bySeed: row.bySeed,
      objects: row.objects,
      seeds: row.seeds,
    } satisfies ReportRow),
  );
  return `[\n${lines.join(',\n')}\n]\n`;
}

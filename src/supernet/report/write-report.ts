import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import type { TrialOrigin } from '../../study/origin.js';
import { renderReport } from './html.js';
import { maskMontagePng } from './mask-pictures.js';
import type { ReportInput, ReportRow } from './report-model.js';

/** Draws `report.html`, `report.json` and, where there are masks to show, `masks.png` into a results folder; without any, an older `masks.png` goes. */
export async function writeReport(folder: string, input: ReportInput): Promise<void> {
  await writeAtomically(join(folder, 'report.html'), await renderReport(input));
  await writeAtomically(join(folder, 'report.json'), reportRows(input));
  const masks = await maskMontagePng(input.maskPanels);
  const picture = join(folder, 'masks.png');
  await (masks === undefined ? rm(picture, { force: true }) : writeAtomically(picture, masks));
}

/**
 * `report.json`: the rows with exactly these fields, in this order, one row a line. Those of a chosen subnet end with
 * `origin`, the trial it is.
 */
export function reportRows({
  rows,
  chosen,
  study: { origin },
}: Pick<ReportInput, 'rows' | 'chosen' | 'study'>): string {
  const originOf = ({ name }: ReportRow): { readonly origin?: TrialOrigin } => {
    const trial = chosen.find((subnet) => subnet.name === name)?.trial ?? undefined;
    return origin === undefined || trial === undefined ? {} : { origin: { ...origin, trial } };
  };
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
      ...originOf(row),
    } satisfies ReportRow & { readonly origin?: TrialOrigin }),
  );
  return `[\n${lines.join(',\n')}\n]\n`;
}

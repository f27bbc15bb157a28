import { join } from 'node:path';
import { renderReport } from '../report/html.js';
import { maskMontagePng } from '../report/mask-montage.js';
import type { ReportInput } from '../report/report-model.js';
import { reportRows } from '../report/report-rows.js';
import { writeAtomically } from '../supernet/write-atomically.js';

/** Draws `report.html`, `report.json` and, where there are masks to show, `masks.png` into a results folder. */
export async function writeReport(folder: string, input: ReportInput): Promise<void> {
  await writeAtomically(join(folder, 'report.html'), await renderReport(input));
  await writeAtomically(join(folder, 'report.json'), reportRows(input.rows));
  const masks = await maskMontagePng(input.maskPanels);
  if (masks !== undefined) await writeAtomically(join(folder, 'masks.png'), masks);
}

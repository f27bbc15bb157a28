import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import { renderReport } from './html.js';
import { maskMontagePng } from './mask-montage.js';
import type { ReportInput } from './report-model.js';
import { reportRows } from './report-rows.js';

/** Draws `report.html`, `report.json` and, where there are masks to show, `masks.png` into a results folder; without any, an older `masks.png` goes. */
export async function writeReport(folder: string, input: ReportInput): Promise<void> {
  await writeAtomically(join(folder, 'report.html'), await renderReport(input));
  await writeAtomically(join(folder, 'report.json'), reportRows(input.rows));
  const masks = await maskMontagePng(input.maskPanels);
  const picture = join(folder, 'masks.png');
  await (masks === undefined ? rm(picture, { force: true }) : writeAtomically(picture, masks));
}

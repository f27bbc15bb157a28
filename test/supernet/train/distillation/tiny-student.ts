import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ArchitectureName } from '../../../../src/supernet/model/architectures.js';
import type { NetworkDescription } from '../../../../src/supernet/model/description.js';
import { studentDescription } from '../../../../src/supernet/train/distillation/student.js';
import { tinyModel } from '../tiny-model.js';

const nuclei = resolve(import.meta.dirname, '../../../../data/dsb2018-nuclei');

/** A plain ViT that reads the tiny teacher's 64 pixels and embeds into its 4 x 4 cells. */
export const tinyStudent = (name: ArchitectureName = 'efficientsam-ti'): NetworkDescription =>
  studentDescription(tinyModel().description, 64, name, { depth: 2, channels: 24, heads: 3 });

/** The first images of the nuclei as a data set of their own. */
export function fewNuclei(images: { readonly train: number; readonly val: number }): string {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-few-'));
  for (const part of ['images', 'masks']) symlinkSync(join(nuclei, part), join(folder, part));
  const manifest = JSON.parse(readFileSync(join(nuclei, 'manifest.json'), 'utf8')) as { items: { split: string }[] };
  const first = (split: 'train' | 'val') =>
    manifest.items.filter((item) => item.split === split).slice(0, images[split]);
  const items = [...first('train'), ...first('val')];
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, items }));
  return folder;
}

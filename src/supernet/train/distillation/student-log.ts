import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../../../base/files.js';

/** Begins a log with its header, or cuts it behind step `last`: later lines belong to steps that will be done again. */
export async function cutLog(path: string, header: string, last: number): Promise<void> {
  const lines = existsSync(path) ? (await readFile(path, 'utf8')).split('\n').slice(1) : [];
  const kept = lines.filter((line) => line !== '' && Number.parseInt(line, 10) <= last);
  await writeAtomically(path, [header, ...kept].map((line) => `${line}\n`).join(''));
}

import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Runs a stage unless its product is there. A stage writes to `path.partial` and is renamed when whole, so whatever
 * stands under `path` is finished and a killed stage is simply run again (or goes on inside its partial folder).
 */
export async function once(path: string, make: (partial: string) => Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.partial`;
  await make(partial);
  await rename(partial, path);
}

export const readJson = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;

export async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.tmp`;
  await writeFile(partial, `${JSON.stringify(value, null, 1)}\n`);
  await rename(partial, path);
}

const settingsFile = (folder: string): string => join(folder, 'settings.json');

/** Whether the folder was begun with other settings. Whoever asks says so: nothing is ever made anew under other settings. */
export async function isBegunOtherwise(folder: string, settings: unknown): Promise<boolean> {
  const path = settingsFile(folder);
  return existsSync(path) && JSON.stringify(await readJson(path)) !== JSON.stringify(settings);
}

/** Begins a folder with these settings. */
export const keepSettings = (folder: string, settings: unknown): Promise<void> =>
  writeJson(settingsFile(folder), settings);

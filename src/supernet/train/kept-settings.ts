import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import { UsageError } from '../../errors.js';

export interface Settings {
  readonly [name: string]: string | number | boolean;
}

/**
 * Keeps what a training was begun with in `training.json` beside its checkpoint, since going on with anything else would give
 * a result that no seed repeats.
 * @throws UsageError naming the first setting that differs from those the output folder was begun with
 */
export async function keepSettingsIn(folder: string, settings: Settings): Promise<void> {
  const path = join(folder, 'training.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return writeAtomically(path, `${JSON.stringify(settings, null, 2)}\n`);
  const begun = parse(text, path);
  const changed = Object.entries(settings).find(([name, value]) => begun[name] !== value);
  if (changed === undefined) return;
  const [name, value] = changed;
  const before = Object.hasOwn(begun, name) ? `with ${name} ${begun[name]}` : `by a release without ${name}`;
  throw new UsageError(`${folder} was begun ${before}, not ${value}`, {
    remedy: 'go on with the settings in its training.json, or choose another output folder',
  });
}

function parse(text: string, path: string): { readonly [name: string]: unknown } {
  try {
    return JSON.parse(text) as { readonly [name: string]: unknown };
  } catch (cause) {
    throw new UsageError(`${path} is not JSON`, { remedy: 'remove the output folder or choose another', cause });
  }
}

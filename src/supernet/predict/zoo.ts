import { existsSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../base/package-root.js';
import { foldersBelow } from '../../store/find-databases.js';
import { pairIn } from './onnx-pair.js';

/** A model of the zoo: its name is its place in there, `nuclei/subnet-70`. */
export interface ZooModel {
  readonly name: string;
  readonly folder: string;
}

const ZOO = fileURLToPath(new URL('data/models/', packageRoot));

/**
 * The models in `data/models`, in order: every folder in it with an `encoder.onnx`, whose decoder lies beside it or in the folder
 * above. The repository has them, the published package does not: they are larger than it.
 */
export const zooModels = (root: string = ZOO): ZooModel[] =>
  existsSync(root)
    ? foldersBelow(root)
        .filter((folder) => pairIn(folder) !== undefined)
        .map((folder) => ({ name: relative(root, folder).split(sep).join('/'), folder }))
    : [];

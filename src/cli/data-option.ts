import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { packageRoot } from '../base/package-root.js';

/** The data set that comes with the package, wherever the command is run. */
export const NUCLEI = fileURLToPath(new URL('data/dsb2018-nuclei', packageRoot));

/** `--data`, the nuclei by default; `purpose` says what the command takes from it. */
export const dataOption = (purpose: string): Option =>
  new Option('-d, --data <folder>', purpose).default(NUCLEI, 'the nuclei of the package');

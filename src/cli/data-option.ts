import { Option } from 'commander';
import { NUCLEI } from '../supernet/chain/inputs.js';

/** `--data`, the nuclei by default; `purpose` says what the command takes from it. */
export const dataOption = (purpose: string): Option =>
  new Option('-d, --data <folder>', purpose).default(NUCLEI, 'the nuclei of the package');

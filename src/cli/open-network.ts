import { existsSync } from 'node:fs';
import { didYouMean } from '../base/did-you-mean.js';
import { UsageError } from '../errors.js';
import { architecture, architectureNames, isArchitectureName } from '../supernet/model/architectures.js';
import type { NetworkDescription } from '../supernet/model/description.js';
import { readModel } from '../supernet/model/model-folder.js';

export interface OpenNetwork {
  readonly description: NetworkDescription;
  /** Of the weights; undefined for an architecture without any. */
  readonly sha256?: string;
}

/** For help texts. */
export const networkArgument = `a model folder, or an architecture: ${architectureNames.join(', ')}`;

/** A model folder, or a published architecture by its name. Throws `UsageError` for what is neither. */
export async function openNetwork(nameOrFolder: string): Promise<OpenNetwork> {
  if (isArchitectureName(nameOrFolder)) return { description: architecture(nameOrFolder) };
  if (existsSync(nameOrFolder)) return readModel(nameOrFolder);
  throw new UsageError(
    `"${nameOrFolder}" is neither a model folder nor an architecture.${didYouMean(nameOrFolder, architectureNames)}`,
    { remedy: `give ${networkArgument}` },
  );
}

import type { Configuration } from '../core/space.js';
import { UsageError } from '../errors.js';
import { readJsonArgument } from './read-json-argument.js';

/** A configuration from the command line: JSON text, or the path of a file with it. Throws `UsageError` when it is neither. */
export async function readConfiguration(argument: string): Promise<Configuration> {
  return toConfiguration(await readJsonArgument(argument, WHAT, remedy));
}

/** The same for one or a list of them. */
export async function readConfigurations(argument: string): Promise<Configuration[]> {
  const value = await readJsonArgument(argument, WHAT, remedy);
  return Array.isArray(value) ? value.map(toConfiguration) : [toConfiguration(value)];
}

function toConfiguration(value: unknown): Configuration {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError('the configuration is not a JSON object', { remedy });
  }
  return value as Configuration;
}

const WHAT = 'the configuration';
const remedy = `write it as '{"stage1.block0.attention": false, "stage1.block0.mlp": 128}'`;

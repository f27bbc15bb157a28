import { readText } from '../base/files.js';
import { parseJson, RepeatedKeyError } from '../base/parse-json.js';
import type { Configuration } from '../core/space.js';
import { UsageError } from '../errors.js';

/** A configuration from the command line: JSON text, or the path of a file with it. Throws `UsageError` when it is neither. */
export async function readConfiguration(argument: string): Promise<Configuration> {
  return toConfiguration(await readJson(argument));
}

/** The same for one or a list of them. */
export async function readConfigurations(argument: string): Promise<Configuration[]> {
  const value = await readJson(argument);
  return Array.isArray(value) ? value.map(toConfiguration) : [toConfiguration(value)];
}

async function readJson(argument: string): Promise<unknown> {
  const inline = /^\s*[{[]/.test(argument);
  const text = inline
    ? argument
    : await readText(argument).catch((cause: unknown) => {
        throw new UsageError(`cannot read the configuration ${argument}: ${(cause as Error).message}`, {
          cause,
          remedy: 'give JSON or a file',
        });
      });
  try {
    return parseJson(text);
  } catch (cause) {
    const what = cause instanceof RepeatedKeyError ? cause.message : `it is not JSON: ${argument}`;
    throw new UsageError(`the configuration cannot be read: ${what}`, { cause, remedy });
  }
}

function toConfiguration(value: unknown): Configuration {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError('the configuration is not a JSON object', { remedy });
  }
  return value as Configuration;
}

const remedy = `write it as '{"stage1.block0.attention": false, "stage1.block0.mlp": 128}'`;

import { readFile } from 'node:fs/promises';
import type { Configuration } from '../core/space.js';
import { UsageError } from '../errors.js';
import type { Encoder } from '../supernet/model/network.js';

/**
 * A configuration from the command line: JSON text, or the path of a file with it. Throws `UsageError` when it is
 * neither or names a parameter that the encoder does not have.
 */
export async function readConfiguration(argument: string, encoder: Encoder): Promise<Configuration> {
  const inline = argument.trimStart().startsWith('{');
  const text = inline
    ? argument
    : await readFile(argument, 'utf8').catch((cause: unknown) => {
        throw new UsageError(`cannot read the configuration ${argument}`, { cause, remedy: 'give JSON or a file' });
      });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`the configuration is not JSON: ${argument}`, { cause, remedy });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError('the configuration is not a JSON object', { remedy });
  }
  checkNames(Object.entries(value), encoder);
  return value as Configuration;
}

const remedy = `write it as '{"stage1.block0.attention": false, "stage1.block0.mlp": 128}'`;

function checkNames(entries: readonly (readonly [string, unknown])[], encoder: Encoder): void {
  for (const [name, value] of entries) {
    const piece = encoder.pieces.find(({ gate, width }) => name === gate || name === width);
    if (piece === undefined) {
      const known = new Set(encoder.pieces.flatMap(({ gate, width }) => [gate ?? [], width ?? []].flat()));
      throw new UsageError(`the encoder has no parameter "${name}"`, { remedy: `it has ${[...known].join(', ')}` });
    }
    const fits =
      name === piece.gate
        ? typeof value === 'boolean'
        : Number.isInteger(value) && (value as number) >= 0 && (value as number) <= piece.full;
    if (!fits) {
      throw new UsageError(`"${name}" cannot be ${JSON.stringify(value)}`, {
        remedy: name === piece.gate ? 'give true or false' : `give a whole number from 0 to ${piece.full}`,
      });
    }
  }
}

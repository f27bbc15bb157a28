import { didYouMean } from '../../base/did-you-mean.js';
import type { Configuration, SearchSpace } from '../../core/space.js';
import { SpaceError, UsageError } from '../../errors.js';
import type { Encoder } from '../model/network.js';

/**
 * Throws `SpaceError` when a name is neither a gate nor a width of the encoder. A space that tunes a block the network
 * does not have would otherwise spend its trials on measuring the same subnets again.
 */
export function checkParameters(encoder: Encoder, names: readonly string[], label: string): void {
  const known = encoder.pieces.flatMap(({ gate, width }) => [gate, width].filter((name) => name !== undefined));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new SpaceError(
    'SPACE_UNKNOWN_PARAMETER',
    `${label}: the network has no parameter "${unknown}".${didYouMean(unknown, known)}`,
    { remedy: `use the network's parameters: ${known.join(', ')}` },
  );
}

/** The same for every parameter of a space. */
export const checkSpace = (encoder: Encoder, { name, parameters }: SearchSpace): void =>
  checkParameters(
    encoder,
    parameters.map((parameter) => parameter.name),
    `space "${name}"`,
  );

/** Throws `UsageError` when a configuration names a parameter that the encoder does not have, or gives one a value it cannot take. */
export function checkConfiguration(encoder: Encoder, configuration: Configuration): void {
  for (const [name, value] of Object.entries(configuration)) {
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

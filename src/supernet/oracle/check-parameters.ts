import { didYouMean } from '../../base/did-you-mean.js';
import type { SearchSpace } from '../../core/space.js';
import { SpaceError } from '../../errors.js';
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

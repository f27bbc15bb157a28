import { SpaceError } from '../errors.js';
import type { Encoder } from '../supernet/network.js';

/**
 * Throws `SpaceError` when a name is neither a gate nor a width of the encoder. A space that tunes a block the network
 * does not have would otherwise spend its trials on measuring the same subnets again.
 */
export function checkParameters(encoder: Encoder, names: readonly string[], label: string): void {
  const known = encoder.pieces.flatMap(({ gate, width }) => [gate, width].filter((name) => name !== undefined));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, known);
  throw new SpaceError(
    'SPACE_UNKNOWN_PARAMETER',
    `${label}: the network has no parameter "${unknown}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`,
    { remedy: `use the network's parameters: ${known.join(', ')}` },
  );
}

/** The candidate of the smallest edit distance, if that is at most a third of the name's length. */
function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= name.length / 3 ? best.candidate : undefined;
}

/** Levenshtein distance, row by row. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, substituted));
    }
    previous = row;
  }
  return previous[b.length]!;
}

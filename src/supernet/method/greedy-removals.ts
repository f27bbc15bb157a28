import type { Configuration } from '../../core/space.js';
import { type Encoder, subnetOf } from '../model/network.js';
import type { MeasureRemoval } from './rank.js';
import type { RemovableUnit, Removal } from './ranking.js';

/** Drop of mean IoU beyond which no network is worth searching: what is left is not taken out any more. */
const RUINED = 0.2;

/**
 * Takes out the least harmful unit, measures the rest without it, and so on; every unit with the drop against the full network at its
 * turn. Once the least harmful would cost more than 0.2 the rest keep the drops of that round, in their order.
 */
export async function greedyRemovals(
  encoder: Encoder,
  units: readonly RemovableUnit[],
  measure: MeasureRemoval,
): Promise<Removal[]> {
  const removals: Removal[] = [];
  let removed: Configuration = {};
  let left = units;
  while (left.length > 0) {
    const round: Removal[] = [];
    for (const unit of left) round.push(await measure(removed, unit));
    const least = round.reduce((best, each) => (each.drop < best.drop ? each : best));
    if (least.drop > RUINED) return [...removals, ...round.sort((a, b) => a.drop - b.drop)];
    removed = { ...removed, [least.parameter]: least.removed };
    const now = `${subnetOf(encoder, removed)}`;
    // A layer takes its branches along, and its last branch the layer.
    const along = left.filter(
      ({ parameter, removed: value }) => `${subnetOf(encoder, { ...removed, [parameter]: value })}` === now,
    );
    removals.push(
      least,
      ...along
        .filter(({ parameter }) => parameter !== least.parameter)
        .map((unit) => ({ ...least, ...unit, encoderParameters: 0 })),
    );
    left = left.filter((unit) => !along.includes(unit));
  }
  return removals;
}

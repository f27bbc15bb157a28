import { UsageError } from '../../errors.js';
import { DESIGN_DEFAULTS, type Design, type DesignOptions, designSpace } from '../method/design.js';
import { checkRanking, type Ranking, rankedUnits, readRanking } from '../method/ranking.js';
import { createEncoder } from '../model/description.js';
import { type ModelSource, openModel } from './inputs.js';

/**
 * A search space from a ranking (a value or its file) of that network: what may go and how often, and the widths to choose from.
 * `spaceText` of it is a search-space file.
 * @throws ModelError for the ranking of another network; UsageError for a ranking by magnitude without `maxRemovable` and constant
 *   probabilities, since it says nothing of how much mean IoU drops
 */
export async function design(
  source: ModelSource,
  ranking: Ranking | string,
  options: Partial<DesignOptions> = {},
): Promise<Design> {
  const encoder = createEncoder((await openModel(source)).description);
  const label = typeof ranking === 'string' ? ranking : 'what was given';
  const ranked = typeof ranking === 'string' ? await readRanking(ranking) : ranking;
  checkRanking(encoder, ranked, label);
  const whole: DesignOptions = { ...DESIGN_DEFAULTS, name: 'designed', ...options };
  if (ranked.method === 'magnitude' && (whole.maxRemovable === undefined || whole.probabilities === 'softmin')) {
    throw new UsageError(`${label} ranks by magnitude, which says nothing of how much mean IoU drops`, {
      remedy: 'give --max-removable NUMBER and --probabilities constant',
    });
  }
  return designSpace(encoder, rankedUnits(ranked), whole);
}

import type { Configuration } from '../core/space.js';
import type { FinishedTrial } from '../core/trial.js';
import { findTrial } from './find-trial.js';

/**
 * Chooses what to propose: the first `count` of the configurations wanted that were neither told nor are `open`, that is
 * proposed already. Gives the proposals and what is open with them.
 *
 * @param wanted canonical; the one needed first in front, and then those that may be needed, for when more is asked.
 */
export function requestTrials(
  wanted: Iterable<Configuration>,
  open: readonly Configuration[],
  count: number,
  trials: readonly FinishedTrial[],
): [proposals: Configuration[], open: Configuration[]] {
  const left = open.filter((configuration) => findTrial(trials, configuration) === undefined);
  const asked = new Set(left.map((configuration) => JSON.stringify(configuration)));
  const proposals: Configuration[] = [];
  for (const configuration of wanted) {
    if (proposals.length === count) break;
    const text = JSON.stringify(configuration);
    if (asked.has(text) || findTrial(trials, configuration) !== undefined) continue;
    asked.add(text);
    proposals.push(configuration);
  }
  return [proposals, [...left, ...proposals]];
}

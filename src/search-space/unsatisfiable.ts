import type { Configuration } from '../core/space.js';
import { SpaceError } from '../errors.js';
import type { Rules } from './rules.js';

/**
 * The error for a space without legal configurations: it names the constraint met least often and the range of what
 * that compares, over the configurations seen (`complete`: all there are).
 */
export function unsatisfiable(
  label: string,
  rules: Rules,
  seen: Iterable<Configuration>,
  complete: boolean,
): SpaceError {
  const tallies = rules.list.map((rule) => ({ rule, met: 0, low: Infinity, high: -Infinity }));
  let count = 0;
  for (const configuration of seen) {
    const lookup = rules.lookup(configuration);
    count++;
    for (const tally of tallies) {
      if (!tally.rule.fails(lookup)) tally.met++;
      const left = tally.rule.sides?.[0].evaluate(lookup);
      if (typeof left !== 'number') continue;
      tally.low = Math.min(tally.low, left);
      tally.high = Math.max(tally.high, left);
    }
  }
  const [worst] = tallies.toSorted((a, b) => a.met - b.met);
  const { rule, met, low, high } = worst!;
  const among = complete ? `its ${count} configurations` : `${count} drawn configurations`;
  const range = low <= high ? `; its left side ranges from ${low} to ${high}` : '';
  const message =
    met === 0
      ? `constraint "${rule.text}" holds in none of ${among}${range}`
      : `no configuration meets all constraints; "${rule.text}" holds in ${met} of ${among}${range}`;
  return new SpaceError('SPACE_UNSATISFIABLE', `${label}: ${message}`, {
    remedy: 'loosen the constraint or widen the parameters it reads',
  });
}

import type { Rng } from '../base/rng.js';
import type { Configuration } from '../core/space.js';
import type { Operators } from './operators.js';
import type { Rules } from './rules.js';

const MOST_CHECKS = 3000;
/** Without a better change around, this many values are drawn afresh to get out of the hollow. */
const KICK_RATE = 0.1;

/**
 * Walks from a configuration to a legal one: any single change that lowers the total violation is taken, in random
 * order, so that what comes out is spread over the legal part rather than driven into its corner. Undefined when
 * the walk does not arrive.
 *
 * @param scales what violation of each rule counts as 1, so that bytes and percents weigh the same.
 */
export function repair(
  start: Configuration,
  operators: Operators,
  rules: Rules,
  scales: readonly number[],
  rng: Rng,
): Configuration | undefined {
  let current = start;
  let violation = total(current);
  let checks = 0;
  while (violation > 0) {
    const mutants = Array.from({ length: 8 }, () => operators.mutate(current, { rate: 0 }, rng));
    // Made when their turn comes: of the thousands of neighbours in a wide space the first few mostly do.
    const changes = [...operators.steps(current), ...mutants.map((mutant) => () => mutant)];
    const before = violation;
    for (const change of rng.shuffle(changes)) {
      if (++checks > MOST_CHECKS) return undefined;
      const changed = change();
      const after = total(changed);
      if (after >= violation) continue;
      [current, violation] = [changed, after];
      break;
    }
    if (violation < before) continue;
    current = operators.mutate(current, { rate: KICK_RATE }, rng);
    violation = total(current);
    if (++checks > MOST_CHECKS) return undefined;
  }
  return rules.isMet(current) ? current : undefined;

  function total(configuration: Configuration): number {
    const lookup = rules.lookup(configuration);
    return rules.list.reduce((sum, rule, i) => sum + rule.violation(lookup) / (scales[i] as number), 0);
  }
}

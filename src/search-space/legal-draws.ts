import { ownValue } from '../base/json.js';
import { createRng, type Rng } from '../base/rng.js';
import type { Configuration } from '../core/space.js';
import { SpaceError } from '../errors.js';
import { countConfigurations, walkConfigurations } from './enumerate.js';
import type { Operators } from './operators.js';
import type { CompiledParameter, Names } from './parameters.js';
import type { Rules } from './rules.js';

const PROBES = 256;
/** Below this share of legal draws, rejection is given up for the list of legal configurations or for repair. */
const COMMON = 0.02;
const REJECTIONS = 1500;
const LISTED = 200_000n;
const REPAIRS = 12;
const BACKTRACKING_STEPS = 200_000;

export interface LegalDraws {
  sample(rng: Rng): Configuration;
  /** The legal configuration that a walk from `draft` arrives at, if it does. */
  repair(draft: Configuration, rng: Rng): Configuration | undefined;
  /** All legal configurations where the space without its constraints has at most `most` (200,000 by default). */
  list(most?: bigint): readonly Configuration[] | undefined;
}

/**
 * Draws that meet every constraint. Which way is decided once from probes of a fixed seed, never from what was drawn
 * before, so that equal generators give equal draws.
 *
 * @throws SpaceError SPACE_UNSATISFIABLE when no legal configuration is found.
 */
export function createLegalDraws(
  label: string,
  parameters: readonly CompiledParameter[],
  names: Names,
  operators: Operators,
  rules: Rules,
): LegalDraws {
  const rawSize = countConfigurations(parameters, names, { list: [], isBroken: () => false });
  const probeRng = createRng('search-space-probes');
  const probes = rules.list.length === 0 ? [] : Array.from({ length: PROBES }, () => operators.draw(probeRng));
  const violations = probes.map((probe) => {
    const lookup = rules.lookup(probe);
    return rules.list.map((rule) => rule.violation(lookup));
  });
  const legalShare = violations.filter((own) => own.every((violation) => violation === 0)).length / PROBES;
  const scales = rules.list.map((_, i) => violations.reduce((most, own) => Math.max(most, own[i]!), 0) || 1);
  let listed: readonly Configuration[] | undefined;
  let cumulative: readonly number[] | undefined;

  const draws: LegalDraws = {
    sample: (rng) => {
      if (rules.list.length === 0) return operators.draw(rng);
      if (legalShare >= COMMON) {
        for (let draw = 0; draw < REJECTIONS; draw++) {
          const drawn = operators.draw(rng);
          if (rules.isMet(drawn)) return drawn;
        }
      }
      return sampleListed(rng) ?? sampleRepaired(rng) ?? sampleBacktracking(rng) ?? refuse();
    },
    repair: (draft, rng) => repair(draft, operators, rules, scales, rng),
    list: (most = LISTED) => {
      if (rawSize === null || rawSize > most) return undefined;
      listed ??= [...walkConfigurations(parameters, rules)].filter(rules.isMet);
      return listed;
    },
  };
  if (rules.list.length > 0) draws.sample(createRng('search-space-check'));
  return draws;

  /** In proportion to the chance of an unconstrained draw, so that prior weights keep their meaning. */
  function sampleListed(rng: Rng): Configuration | undefined {
    const legal = draws.list();
    if (legal === undefined || legal.length === 0) return undefined;
    if (cumulative === undefined) {
      const chances = legal.map(logChance);
      const most = chances.reduce((a, b) => Math.max(a, b), -Infinity);
      cumulative = accumulate(chances.map((chance) => (most === -Infinity ? 0 : Math.exp(chance - most))));
    }
    const last = cumulative.at(-1)!;
    return last > 0 ? legal[firstAbove(cumulative, rng.float() * last)] : rng.pick(legal);
  }

  function logChance(configuration: Configuration): number {
    return parameters.reduce((sum, { name, domain }) => {
      const value = ownValue(configuration, name);
      return value === undefined ? sum : sum + Math.log(domain.probability(value));
    }, 0);
  }

  function sampleRepaired(rng: Rng): Configuration | undefined {
    if (listed?.length === 0) return undefined;
    for (let attempt = 0; attempt < REPAIRS; attempt++) {
      const repaired = draws.repair(operators.draw(rng), rng);
      if (repaired !== undefined) return repaired;
    }
    return undefined;
  }

  function sampleBacktracking(rng: Rng): Configuration | undefined {
    if (listed?.length === 0 || parameters.some(({ domain }) => domain.values === null)) return undefined;
    const walk = walkConfigurations(parameters, {
      ...rules,
      order: (values) => rng.shuffle(values),
      limit: BACKTRACKING_STEPS,
    });
    for (const found of walk) if (rules.isMet(found)) return found;
    return undefined;
  }

  function refuse(): never {
    const all = listed === undefined ? undefined : walkConfigurations(parameters, { isBroken: () => false });
    throw unsatisfiable(label, rules, all ?? probes, all !== undefined);
  }
}

function accumulate(numbers: readonly number[]): number[] {
  let sum = 0;
  return numbers.map((number) => {
    sum += number;
    return sum;
  });
}

/** The first index whose number is above `x`, by bisection; `numbers` ascend. */
function firstAbove(numbers: readonly number[], x: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

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

/**
 * The error for a space without legal configurations: it names the constraint met least often and the range of what
 * that compares, over the configurations seen (`complete`: all there are).
 */
function unsatisfiable(label: string, rules: Rules, seen: Iterable<Configuration>, complete: boolean): SpaceError {
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

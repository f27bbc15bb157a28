import { createRng, type Rng } from '../base/rng.js';
import { losses, type Objective } from '../core/objective.js';
import type { Metrics, Oracle, Parts, Race, SeenParts } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import type { FinishedTrial, OpenTrial } from '../core/trial.js';
import { UsageError } from '../errors.js';
import { createSumEvidence } from '../numerics/sum-evidence.js';
import { front } from '../pareto/dominance.js';

/** More rivals than these are not raced: each takes its share of the evidence. */
const MOST_RIVALS = 8;

/** What every race of a study depends on. */
export interface RaceRules {
  readonly parts: Parts;
  readonly objectives: readonly Objective[];
  readonly seed: number;
  /** Of the whole study. */
  readonly risk: number;
  readonly analyze: (configuration: Configuration) => Metrics | undefined;
}

/**
 * @throws UsageError when the oracle measures no parts, no objective is a mean over them, or one is neither that nor exact.
 */
export function checkRace(
  { parts, name, analyze }: Oracle,
  objectives: readonly Objective[],
  sample: () => Configuration,
): void {
  if (parts === undefined) {
    throw new UsageError(`the oracle ${name} does not measure part by part, so nothing can be stopped early`, {
      remedy: 'search without --race; docs/racing.md says which oracles can',
    });
  }
  const isMean = ({ metric }: Objective) => Object.hasOwn(parts.ranges, metric);
  if (!objectives.some(isMean)) {
    throw new UsageError('no objective is a mean over parts, so nothing can be stopped early', {
      remedy: `search without --race, or for one of ${Object.keys(parts.ranges).join(', ')}`,
    });
  }
  const exact = analyze?.(sample()) ?? {};
  const wrong = objectives.find((objective) => !isMean(objective) && !Object.hasOwn(exact, objective.metric));
  if (wrong === undefined) return;
  throw new UsageError(`"${wrong.metric}" is neither a mean over parts nor known before measuring`, {
    remedy: 'search without --race, or leave that objective out',
  });
}

/** Half of the risk is for so many trials that might be stopped wrongly. */
const HALF = 10;

/**
 * The part of the study's risk that a trial takes before which so many others may have been on the front: the sum over all
 * that there may ever be is the risk.
 */
export const riskOf = (unsettled: number, risk: number): number =>
  (risk * HALF) / ((HALF + unsettled) * (HALF + unsettled + 1));

/**
 * How many of the trials begun before a trial belong on the front, for all that those finished say. The others are settled: one that
 * was measured whole and a rival of its is at least as good, or that cannot be measured, could not be stopped wrongly, and one that raced nobody was
 * not stopped. Who was stopped counts as settled too: as long as no trial was stopped wrongly that is right, and what must
 * be held down is the chance of the first one that is. So the trials that belong on the front, in the order of their numbers, have each at least
 * as many before them as there are, and take no more than the study's risk together.
 */
export function unsettledBefore(number: number, finished: readonly FinishedTrial[], { objectives, parts }: RaceRules) {
  const means = objectives.filter(({ metric }) => Object.hasOwn(parts.ranges, metric));
  const byNumber = new Map(finished.map((trial) => [trial.number, trial]));
  const isAtLeastAsGood = (rival: FinishedTrial | undefined, { metrics }: FinishedTrial) => {
    const own = lossesOf(metrics ?? {}, means);
    return lossesOf(rival?.metrics ?? {}, means).every((loss, k) => loss <= (own[k] as number));
  };
  const settled = finished.filter((trial) => {
    if (trial.number >= number || trial.state === 'failed') return false;
    const { state, parts: seen } = trial;
    if (state !== 'complete' || seen === undefined || seen.rivals.length === 0) return true;
    return seen.rivals.some((rival) => isAtLeastAsGood(byNumber.get(rival), trial));
  });
  return number - settled.length;
}

/** Of the chances of a part to come next so much is the same for all, beside as much that goes with the rivals' room above. */
const EVEN = 1;

/**
 * How likely each part is to come next. Where a rival leaves room for better there is most to be learnt: a part that all but
 * has the best value can say little of who is better.
 */
function chancesOf({ rivals, objectives }: Pick<Race, 'rivals' | 'objectives'>, parts: Parts): number[] {
  const total = parts.weights.reduce((sum, weight) => sum + weight, 0);
  const rooms = rivals.flatMap(({ values }) =>
    objectives.map((objective) => roomsOf(values[objective.metric] as readonly number[], objective, parts)),
  );
  const shares = rooms.flatMap((room) => {
    const sum = room.reduce((all, one) => all + one, 0);
    return sum === 0 ? [] : [room.map((one) => one / sum)];
  });
  return parts.weights.map((weight, part) => {
    const share = shares.reduce((sum, own) => sum + (own[part] as number), 0);
    return (EVEN * weight) / total + share / Math.max(1, shares.length);
  });
}

/** How far the value of each part is from the best that it can have, times what the part counts. */
const roomsOf = (values: readonly number[], objective: Objective, parts: Parts) =>
  values.map((value, part) => roomAbove(value, part, objective, parts));

function roomAbove(value: number, part: number, { metric, direction }: Objective, { weights, ranges }: Parts): number {
  const [least, greatest] = ranges[metric] as readonly [number, number];
  return (weights[part] as number) * (direction === 'max' ? greatest - value : value - least);
}

/**
 * What a trial is measured against: the members of the front that are no worse in the exact objectives, those alone that
 * no other of them beats in the means. The order of the parts is drawn for every trial, so that the risk holds whatever
 * the trials before have shown.
 */
export function planRace(
  { number, configuration }: OpenTrial,
  members: readonly FinishedTrial[],
  finished: readonly FinishedTrial[],
  rules: RaceRules,
): Race {
  const { parts, objectives, seed, risk, analyze } = rules;
  const means = objectives.filter(({ metric }) => Object.hasOwn(parts.ranges, metric));
  const exact = objectives.filter((objective) => !means.includes(objective));
  const own = lossesOf(analyze(configuration) ?? {}, exact);
  const able = members.filter(({ parts: seen, metrics }) => {
    if (seen?.order.length !== parts.weights.length) return false;
    return lossesOf(metrics ?? {}, exact).every((loss, i) => loss <= (own[i] as number));
  });
  const best = front(able.map(({ metrics }) => lossesOf(metrics ?? {}, means))).map((i) => able[i] as FinishedTrial);
  const rivals = best.slice(0, MOST_RIVALS).map((trial) => ({ trial: trial.number, values: inOrder(trial, means) }));
  const race = { objectives: means, rivals, risk: riskOf(unsettledBefore(number, finished, rules), risk) };
  return { ...race, order: drawOrder(chancesOf(race, parts), createRng(seed, 'race', number)) };
}

/** Each comes next with a probability that is its share of the chances of those left: as of clocks that strike at these rates. */
const drawOrder = (chances: readonly number[], rng: Rng): number[] =>
  chances
    .map((chance, part) => ({ part, strikes: -Math.log1p(-rng.float()) / chance }))
    .sort((a, b) => a.strikes - b.strikes)
    .map(({ part }) => part);

const lossesOf = (metrics: Metrics, objectives: readonly Objective[]) =>
  losses(
    objectives.map(({ metric }) => metrics[metric] ?? Number.NaN),
    objectives,
  );

/** Values by part, of those metrics. */
function inOrder({ parts }: FinishedTrial, objectives: readonly Objective[]): { [metric: string]: readonly number[] } {
  const { order, values } = parts as SeenParts;
  return Object.fromEntries(
    objectives.map(({ metric }) => {
      const byPart: number[] = [];
      for (const [i, part] of order.entries()) byPart[part] = values[metric]?.[i] as number;
      return [metric, byPart];
    }),
  );
}

/** Takes the metrics of one part; true when the race is lost. */
export type Watch = (part: number, metrics: Metrics) => boolean;

/**
 * Watches a configuration being measured. It is lost when the evidence that some rival is at least as good everywhere
 * reaches 1 / risk. Who beats a rival is better in one objective, so of its objectives' evidence the least counts; what is
 * tested is that every rival is beaten, so over rivals it is the mean. Better is who leaves less room above, over all
 * parts together, than the rival is known to.
 */
export function watchRace(race: Omit<Race, 'order'>, parts: Parts): Watch {
  const { rivals, objectives, risk } = race;
  const chances = chancesOf(race, parts);
  const watched = rivals.map(({ values }) =>
    objectives.map((objective) => {
      const room = roomsOf(values[objective.metric] as readonly number[], objective, parts);
      const bound = room.reduce((sum, one) => sum + one, 0);
      return { objective, evidence: createSumEvidence(bound, chances) };
    }),
  );
  return (part, metrics) => {
    let sum = 0;
    for (const rival of watched) {
      const evidences = rival.map(({ objective, evidence }) =>
        evidence(part, roomAbove(metrics[objective.metric] as number, part, objective, parts)),
      );
      sum += Math.min(...evidences);
    }
    return rivals.length > 0 && sum / rivals.length >= 1 / risk;
  };
}

/**
 * The means that the parts seen let expect: over those seen, corrected by how much easier these were for the rivals than
 * all are. Of all parts their means, summed in the parts' own order.
 */
export function expectedMeans(
  { order, values }: Pick<SeenParts, 'order' | 'values'>,
  { weights }: Parts,
  rivals: Race['rivals'],
): Metrics {
  const meanOf = (parts: readonly number[], read: (part: number) => number) => {
    const total = parts.reduce((sum, part) => sum + (weights[part] as number), 0);
    return parts.reduce((sum, part) => sum + (weights[part] as number) * read(part), 0) / total;
  };
  const seen = [...order].sort((a, b) => a - b);
  const all = weights.map((_, part) => part);
  return Object.fromEntries(
    Object.entries(values).map(([metric, found]) => {
      const byPart = new Map(order.map((part, i) => [part, found[i] as number]));
      const mean = meanOf(seen, (part) => byPart.get(part) as number);
      const easier = rivals.flatMap(({ values: theirs }) => {
        const own = theirs[metric];
        if (own === undefined || seen.length === all.length) return [];
        const read = (part: number) => own[part] as number;
        return [meanOf(seen, read) - meanOf(all, read)];
      });
      return [metric, mean - easier.reduce((sum, one) => sum + one, 0) / Math.max(1, easier.length)];
    }),
  );
}

/**
 * What is wrong with how a stored trial was raced, given those before it: it must have been seen in its order and stopped
 * at the first part at which it was lost, not earlier and not later.
 */
export function raceFault(
  trial: FinishedTrial,
  before: readonly FinishedTrial[],
  rules: RaceRules,
): string | undefined {
  const { parts: seen, number, state } = trial;
  if (seen === undefined) return state === 'pruned' ? 'it is pruned and nothing was kept of its parts' : undefined;
  const rivals = seen.rivals.map((rival) => before.find((each) => each.number === rival));
  if (rivals.some((rival) => rival?.parts === undefined)) return 'a rival of its race was not finished before it';
  const members = rivals as FinishedTrial[];
  const race = planRace(trial, members, before, rules);
  if (!(seen.risk <= race.risk)) return 'its race took a larger part of the risk than there was for it';
  if (race.rivals.length !== members.length) return 'a rival of its race is worse than it in an exact objective';
  if (seen.order.some((part, i) => part !== race.order[i]))
    return 'its parts were not measured in the order of its race';
  const watch = watchRace({ ...race, risk: seen.risk }, rules.parts);
  const metrics = seen.order.map((_, i) =>
    Object.fromEntries(Object.entries(seen.values).map(([metric, values]) => [metric, values[i] as number])),
  );
  const lost = metrics.findIndex((each, i) => watch(seen.order[i] as number, each) && i + 1 < race.order.length);
  const at = state === 'pruned' ? seen.order.length - 1 : -1;
  if (lost === at) return undefined;
  return state === 'pruned'
    ? `trial ${number} was stopped after ${at + 1} parts, and lost ${lost < 0 ? 'at none' : `after ${lost + 1}`}`
    : `trial ${number} was measured whole, and lost after ${lost + 1} parts`;
}

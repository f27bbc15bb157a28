import type { Objective } from '../core/objective.js';
import { dominates } from './dominance.js';
import { hypervolume, hypervolumeImprovement } from './hypervolume.js';
import { createStaircase } from './staircase.js';

/** Something with losses (smaller is better). */
interface Candidate {
  readonly losses: readonly number[];
}

/** The non-dominated of all candidates so far, and how far their losses reached. A value: growing it makes another. */
export interface GrowingFront<Member extends Candidate = Candidate> {
  /** In the order taken in; of equal ones the first alone. */
  readonly members: readonly Member[];
  /** The least and the most seen of every loss, dominated candidates included; empty before the first. */
  readonly least: readonly number[];
  readonly most: readonly number[];
}

/** How far beyond the worst loss seen the reference point lies, as a part of the range seen. */
const MARGIN = 0.1;

export const EMPTY_FRONT: GrowingFront<never> = { members: [], least: [], most: [] };

/** The front with a candidate taken in. */
export function growFront<Member extends Candidate>(
  front: GrowingFront<Member>,
  candidate: Member,
): GrowingFront<Member> {
  const members = isCovered(front.members, candidate) ? front.members : extendFront(front.members, candidate);
  return { members, ...reachOf(front, candidate.losses) };
}

/**
 * What a candidate would gain, as a share, so that it has no unit. One loss: the gain over the best so far, of the range
 * seen so far. Several: the hypervolume added, of the box between the best seen so far and the reference point, the
 * candidate included, so that one which extends the front at an end is never worth nothing. The first gains 1; 0 is for
 * one that a member is as good as in every loss.
 */
export function improvementOf(front: GrowingFront, losses: readonly number[]): number {
  if (isCovered(front.members, { losses })) return 0;
  const points = front.members.map((member) => member.losses);
  const { least, most } = reachOf(front, losses);
  return Math.max(losses.length === 1 ? singleGain() : addedShare(), Number.EPSILON);

  function singleGain(): number {
    const best = points[0]?.[0];
    return best === undefined ? 1 : (best - losses[0]!) / (most[0]! - least[0]!);
  }

  function addedShare(): number {
    const share = (point: readonly number[]) =>
      point.map((loss, i) => {
        const range = most[i]! - least[i]!;
        return range > 0 ? (loss - least[i]!) / ((1 + MARGIN) * range) : 0;
      });
    return hypervolumeImprovement(
      points.map(share),
      share(losses),
      losses.map(() => 1),
    );
  }
}

function reachOf({ least, most }: GrowingFront, losses: readonly number[]) {
  return {
    least: losses.map((loss, i) => Math.min(least[i] ?? Infinity, loss)),
    most: losses.map((loss, i) => Math.max(most[i] ?? -Infinity, loss)),
  };
}

/**
 * The members with one more candidate: as they were when one of them is at least as good in every loss, otherwise without
 * those that the candidate dominates, and the candidate last.
 */
export function extendFront<Member extends Candidate>(members: readonly Member[], candidate: Member): Member[] {
  if (isCovered(members, candidate)) return [...members];
  return [...members.filter(({ losses }) => !dominates(candidate.losses, losses)), candidate];
}

/** Whether one of the members is at least as good as the candidate in every loss. */
function isCovered(members: readonly Candidate[], { losses }: Candidate): boolean {
  // Asked of every trial by every reader of a long study: without closures it takes a tenth of the time.
  for (const member of members) {
    let i = 0;
    while (i < losses.length && member.losses[i]! <= losses[i]!) i++;
    if (i === losses.length) return true;
  }
  return false;
}

/**
 * The reference point for hypervolumes where nobody gave one: by a tenth of the range of the points (losses) beyond the
 * worst in each, by 1 where all agree. No points have none.
 *
 * @param margin another part of the range than a tenth.
 */
export function referencePoint(points: readonly (readonly number[])[], margin = MARGIN): number[] {
  return (points[0] ?? []).map((_, axis) => {
    const worst = points.reduce((most, point) => Math.max(most, point[axis]!), -Infinity);
    const best = points.reduce((least, point) => Math.min(least, point[axis]!), Infinity);
    return worst + (worst > best ? margin * (worst - best) : 1);
  });
}

/** The hypervolume of points as they come. */
export interface GrowingHypervolume {
  add(losses: readonly number[]): void;
  value(): number;
}

/** The hypervolume up to the reference of points (losses) as they come: of two losses by what each of them adds. */
export function createGrowingHypervolume(reference: readonly number[]): GrowingHypervolume {
  if (reference.length === 2) {
    const steps = createStaircase(reference[0]!, reference[1]!);
    return { add: ([x, y]) => void steps.enter(x!, y!), value: () => steps.area };
  }
  let members: readonly Candidate[] = [];
  let value: number | undefined = 0;
  return {
    add(losses) {
      if (isCovered(members, { losses })) return;
      members = extendFront(members, { losses });
      value = undefined;
    },
    value() {
      value ??= hypervolume(
        members.map((member) => member.losses),
        reference,
      );
      return value;
    },
  };
}

/** The hypervolume up to the reference after each of the outcomes (losses; null for one without). */
export function hypervolumeCurve(
  outcomes: readonly (readonly number[] | null)[],
  reference: readonly number[],
): number[] {
  const volume = createGrowingHypervolume(reference);
  return outcomes.map((losses) => {
    if (losses !== null) volume.add(losses);
    return volume.value();
  });
}

/** The best value of the one objective after each of the outcomes, undefined before the first. */
export function bestCurve(
  outcomes: readonly (readonly number[] | null)[],
  [objective]: readonly Objective[],
): (number | undefined)[] {
  const sign = objective?.direction === 'max' ? -1 : 1;
  let best: number | undefined;
  return outcomes.map((values) => {
    const value = values?.[0];
    if (value !== undefined && (best === undefined || sign * value < sign * best)) best = value;
    return best;
  });
}

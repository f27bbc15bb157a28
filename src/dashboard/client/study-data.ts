import { losses } from '../../core/objective.js';
import {
  createGrowingHypervolume,
  EMPTY_FRONT,
  type GrowingFront,
  growFront,
  referencePoint,
} from '../../pareto/growing-front.js';
import { createNames, type NumberedNames } from '../numbered-names.js';
import { STATES, type StudyHead, type StudyNow, type TrialBatch, type TrialFailure } from '../protocol.js';
import { type Column, createColumn } from './columns.js';
import { createSortedNumbers, type SortedNumbers } from './sorted-numbers.js';

interface Member {
  readonly losses: readonly number[];
  /** Place in the completion order. */
  readonly index: number;
  /** The place of the trial that took it off the front again. */
  until: number;
}

/** A study as the page keeps it: columns over the trials in completion order, and the front as it grew. */
export interface StudyData {
  readonly head: StudyHead;
  now: StudyNow;
  /** Grows with every change, so that who draws knows when to draw again. */
  version: number;
  readonly count: number;
  readonly number: Column;
  readonly technique: Column;
  readonly techniques: NumberedNames;
  /** Places in STATES. */
  readonly state: Column;
  readonly values: readonly Column[];
  readonly improvement: Column;
  readonly seconds: Column;
  /** The seconds of those that were timed, in ascending order. */
  readonly timed: SortedNumbers;
  /** A tally a technique, by its place in `techniques`. */
  readonly tallies: readonly Tally[];
  readonly parameters: readonly Column[];
  /** The texts of parameters of kind `text`, else nothing. */
  readonly texts: readonly NumberedNames[];
  readonly failures: readonly TrialFailure[];
  /** How many of the first `until` trials are complete. */
  complete(until: number): number;
  /** The trials that were on the front when they came, in completion order. */
  readonly joins: readonly number[];
  /** The front of the first `until` trials, or of all, by the first objective's value. */
  front(until?: number): readonly number[];
  /**
   * What was reached after each of `joins`, or after evenly chosen ones of many: the best value, or the hypervolume as a
   * share of the last.
   */
  reached(): readonly Reached[];
  append(batch: TrialBatch): void;
}

/** What came of a technique's proposals. */
export interface Tally {
  trials: number;
  complete: number;
  /** Sum of the improvements. */
  earned: number;
}

/** The hypervolume is computed for so many steps of the curve: more than it has pixels across. */
const MOST_STEPS = 600;

export interface Reached {
  /** Place in the completion order. */
  readonly index: number;
  readonly value: number;
}

export function createStudyData(head: StudyHead, now: StudyNow): StudyData {
  const { objectives, parameters: axes } = head;
  const [number, technique, state, improvement, seconds, completed] = Array.from({ length: 6 }, createColumn) as Six;
  const values = objectives.map(createColumn);
  const parameters = axes.map(createColumn);
  const techniques = createNames();
  const texts = axes.map(createNames);
  const failures: TrialFailure[] = [];
  const joins: number[] = [];
  /** Those that joined, in that order. */
  const joined: Member[] = [];
  const timed = createSortedNumbers();
  const tallies: Tally[] = [];
  let growing: GrowingFront<Member> = EMPTY_FRONT;

  const valuesAt = (index: number) => values.map((column) => column.at(index));
  const member = (index: number): Member => ({ losses: losses(valuesAt(index), objectives), index, until: Infinity });

  function append(batch: TrialBatch): void {
    // A stream that was cut and came again may repeat what is here.
    const skip = number.length - batch.from;
    if (skip < 0 || skip >= batch.number.length) return;
    const own = batch.techniques.map((name) => techniques.place(name));
    // Column after column: a study of 100,000 trials is millions of cells.
    for (const [axis, column] of values.entries())
      appendTo(column, batch.values[axis] ?? [], skip, batch.number.length);
    for (const [axis, column] of parameters.entries()) {
      const { values: cells = [], texts: sent } = batch.parameters[axis] ?? {};
      const places = sent?.map((text) => (texts[axis] as NumberedNames).place(text));
      appendTo(column, cells, skip, batch.number.length, places);
    }
    for (let i = skip; i < batch.number.length; i++) {
      number.push(batch.number[i] as number);
      technique.push(own[batch.technique[i] as number] ?? null);
      state.push(batch.state[i] as number);
      improvement.push(batch.improvement[i] as number);
      const took = batch.seconds[i] ?? null;
      seconds.push(took);
      if (took !== null && took >= 0) timed.push(took);
      const isComplete = batch.state[i] === COMPLETE;
      completed.push((completed.length === 0 ? 0 : completed.at(completed.length - 1)) + (isComplete ? 1 : 0));
      count(own[batch.technique[i] as number], isComplete, batch.improvement[i] as number);
      if (isComplete) join(number.length - 1);
    }
    const known = new Set(failures.map((failure) => failure.number));
    failures.push(...batch.failures.filter((failure) => !known.has(failure.number)));
    data.version++;
  }

  function join(index: number): void {
    const candidate = member(index);
    const before = growing.members;
    growing = growFront(growing, candidate);
    if (growing.members.at(-1) !== candidate) return;
    joins.push(index);
    joined.push(candidate);
    // Those that stay keep their order, and the candidate comes last.
    let kept = 0;
    for (const member of before) {
      if (growing.members[kept] === member) kept++;
      else member.until = index;
    }
  }

  function count(place: number | undefined, isComplete: boolean, improvement: number): void {
    if (place === undefined) return;
    tallies[place] ??= { trials: 0, complete: 0, earned: 0 };
    const tally = tallies[place] as Tally;
    tally.trials++;
    if (isComplete) tally.complete++;
    tally.earned += improvement;
  }

  /** The front as it was after the first so many trials. */
  const membersAt = (until: number): readonly Member[] =>
    until >= number.length ? growing.members : joined.filter((each) => each.index < until && each.until >= until);

  function front(until = number.length): number[] {
    const [first] = values;
    return membersAt(until)
      .map(({ index }) => index)
      .sort((a, b) => (first?.at(a) ?? 0) - (first?.at(b) ?? 0) || a - b);
  }

  function reached(): Reached[] {
    if (objectives.length === 1) return joins.map((index) => ({ index, value: values[0]?.at(index) ?? Number.NaN }));
    const reference = referencePoint([growing.least, growing.most].filter((point) => point.length > 0));
    const volume = createGrowingHypervolume(reference);
    const every = Math.max(1, joins.length / MOST_STEPS);
    const volumes = joined.flatMap((member, i) => {
      volume.add(member.losses);
      const isShown = i === joins.length - 1 || Math.floor(i / every) !== Math.floor((i - 1) / every);
      return isShown ? [{ index: member.index, value: volume.value() }] : [];
    });
    const last = volumes.at(-1)?.value || 1;
    return volumes.map(({ index, value }) => ({ index, value: value / last }));
  }

  const data: StudyData = {
    ...{ head, now, version: 0, number, technique, techniques, state, values, improvement, seconds },
    ...{ timed, tallies, parameters, texts, failures, joins, front, reached, append },
    complete: (until) => (until < 1 ? 0 : completed.at(Math.min(until, number.length) - 1) || 0),
    get count() {
      return number.length;
    },
  };
  return data;
}

/** The cells from one place of a batch to another; those of texts are places in the batch's list. */
function appendTo(
  column: Column,
  cells: readonly (number | null)[],
  from: number,
  to: number,
  places?: readonly number[],
): void {
  for (let i = from; i < to; i++) {
    const cell = cells[i] ?? null;
    column.push(cell === null || places === undefined ? cell : (places[cell] as number));
  }
}

type Six = [Column, Column, Column, Column, Column, Column];

export const COMPLETE = STATES.indexOf('complete');

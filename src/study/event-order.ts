import type { StudyHistory } from '../core/store.js';
import { ENQUEUED, type FinishedTrial, type OpenTrial, WARM_START } from '../core/trial.js';
import { SEED } from './first-trials.js';

type Any = OpenTrial | FinishedTrial;
/** One thing that happened to the technique. `step`: the technique's step after it; null when it was not kept. */
export type Ordered =
  | { readonly kind: 'ask'; readonly step: number | null; readonly count: number; readonly trials: readonly Any[] }
  | { readonly kind: 'tell'; readonly step: number | null; readonly trial: FinishedTrial }
  | { readonly kind: 'enqueued'; readonly step: number; readonly trials: readonly Any[] };

export interface Order {
  readonly given: { readonly finished: readonly FinishedTrial[]; readonly open: readonly Any[] };
  readonly events: readonly Ordered[];
  readonly isOrderGuessed: boolean;
}

/** The asks and tells of a study in their order. What an older release kept no order of comes first, as one worker has it. */
export function eventsOf({ finished, open, steps }: StudyHistory): Order {
  const all = [...finished, ...open].sort((a, b) => a.number - b.number);
  const stepsOf = ({ number }: Any) => steps.get(number) ?? { proposed: null, asked: null, told: null };
  const isGiven = (trial: Any) => {
    const { proposed, asked } = stepsOf(trial);
    if (trial.technique === ENQUEUED) return false;
    return proposed === null ? [WARM_START, SEED].includes(trial.technique) : asked === 0;
  };
  const isTakenOver = (trial: Any) =>
    isGiven(trial) && (stepsOf(trial).told ?? (trial.technique === SEED ? 1 : 0)) === 0;
  const taken = finished.filter(isTakenOver);
  const takenNumbers = new Set(taken.map(({ number }) => number));
  const given = { finished: taken, open: all.filter((trial) => isGiven(trial) && !takenNumbers.has(trial.number)) };
  const own = all.filter((trial) => !isGiven(trial));
  const told = finished.filter(({ number }) => !takenNumbers.has(number));

  const known: Ordered[] = told.flatMap((trial): Ordered[] => {
    const { told: step } = stepsOf(trial);
    return step === null ? [] : [{ kind: 'tell', step, trial }];
  });
  const together = new Map<string, Any[]>();
  for (const trial of own) {
    const { proposed, asked } = stepsOf(trial);
    const key = `${proposed} ${asked}`;
    if (proposed !== null) together.set(key, [...(together.get(key) ?? []), trial]);
  }
  for (const trials of together.values()) {
    const { proposed, asked } = stepsOf(trials[0] as Any);
    const at = { step: proposed ?? 0, trials };
    known.push(asked === 0 ? { kind: 'enqueued', ...at } : { kind: 'ask', count: asked ?? 1, ...at });
  }
  // What was enqueued came after the step that it names, and changed no state.
  known.sort((a, b) => (a.step ?? 0) - (b.step ?? 0) || Number(a.kind === 'enqueued') - Number(b.kind === 'enqueued'));

  const early = own.filter((trial) => stepsOf(trial).proposed === null);
  const guessed: Ordered[] = [];
  const askUpTo = (number: number) => {
    while (early[0] !== undefined && early[0].number <= number) {
      guessed.push({ kind: 'ask', step: null, count: 1, trials: [early.shift() as Any] });
    }
  };
  for (const trial of told.filter((each) => stepsOf(each).told === null)) {
    askUpTo(trial.number);
    guessed.push({ kind: 'tell', step: null, trial });
  }
  askUpTo(Infinity);
  return { given, events: [...guessed, ...known], isOrderGuessed: guessed.some(({ kind }) => kind === 'ask') };
}

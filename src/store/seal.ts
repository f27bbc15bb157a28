import { hash } from 'node:crypto';
import type { StudyDefinition, StudyHistory, TrialFault, TrialSteps } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';

// Each finished trial carries a hash of itself and of the seal before it, the first one of the settings of the study. A
// later change of one row, by a slip or by a disk, then shows where it is. It is no signature: who recomputes every seal
// leaves no trace here, only in what the search replays and measures again.

/** The settings as text: all that the numbers depend on. A study may be renamed. */
export function settingsText({ name: _, space, ...settings }: StudyDefinition): string {
  // Studies of one space share its row, and with it its name.
  return JSON.stringify({ space: { hash: space.hash, parameters: space.parameters }, ...settings });
}

export const firstSeal = (sealed: string): string => digest(sealed);

/** The seal of a trial, given that of the one told before it. */
export function sealOf(previous: string, trial: FinishedTrial, seconds: number | null, steps: TrialSteps): string {
  const { number, technique, configuration, state, values, metrics, improvement, failure, parts } = trial;
  const measured = metrics === null ? null : Object.entries(metrics).sort(([a], [b]) => (a < b ? -1 : 1));
  return digest(
    JSON.stringify([
      ...[previous, number, technique, configuration, state, values, measured, improvement, seconds],
      ...[failure?.kind ?? null, failure?.message ?? null, steps.proposed, steps.asked, steps.told],
      // Seals of studies without races stay what they were.
      ...(parts === undefined ? [] : [parts]),
    ]),
  );
}

const digest = (text: string) => hash('sha256', text, 'hex');

/** What was found of a record: its faults, and how many of the trials no seal covers. */
export interface CheckedRecord {
  readonly faults: readonly TrialFault[];
  readonly unsealed: number;
}

/** Holds every row to its seal and looks for trials that are missing. */
export function checkRecord({ finished, open, steps, seals, seconds, sealed }: StudyHistory): CheckedRecord {
  const numbers = new Set([...finished, ...open].map(({ number }) => number));
  const missing = Array.from({ length: Math.max(-1, ...numbers) + 1 }, (_, number) => number).filter(
    (number) => !numbers.has(number),
  );
  const faults: TrialFault[] = missing.map((trial) => ({ trial, what: 'it is missing' }));
  let previous = firstSeal(sealed ?? '');
  let unsealed = 0;
  for (const trial of finished) {
    const { number } = trial;
    const seal = seals.get(number) ?? null;
    if (seal === null) {
      unsealed++;
      if (unsealed <= finished.indexOf(trial)) faults.push({ trial: number, what: 'its seal was taken off' });
      continue;
    }
    const own = sealOf(previous, trial, seconds.get(number) ?? null, steps.get(number) ?? NO_STEPS);
    if (own !== seal) {
      const what =
        missing.length > 0 ? 'it, or what was told before it, is not what was stored' : 'it is not what was stored';
      faults.push({ trial: number, what });
    }
    previous = seal;
  }
  return { faults, unsealed };
}

const NO_STEPS: TrialSteps = { proposed: null, asked: null, told: null };

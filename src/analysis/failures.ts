import type { FinishedTrial } from '../core/trial.js';

export interface FailureSummary {
  readonly kind: string;
  readonly count: number;
  /** The first of them and what it said. */
  readonly number: number;
  readonly message: string;
}

/** One entry a kind of failure, in the order of their first trials. */
export function failuresByKind(trials: readonly FinishedTrial[]): FailureSummary[] {
  const kinds = new Map<string, FailureSummary>();
  for (const { number, failure } of trials) {
    if (failure === undefined) continue;
    const { kind, message } = failure;
    const before = kinds.get(kind);
    kinds.set(
      kind,
      before === undefined ? { kind, count: 1, number, message } : { ...before, count: before.count + 1 },
    );
  }
  return [...kinds.values()];
}

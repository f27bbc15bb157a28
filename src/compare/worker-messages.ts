import type { ComparisonRow } from './comparison.js';

/** One study to run. */
export interface Job {
  readonly technique: string;
  readonly seed: number;
}

/** What a worker says of the job it has; every job ends with a row or an error. */
export type WorkerMessage =
  | { readonly kind: 'trial' }
  | { readonly kind: 'row'; readonly row: ComparisonRow }
  | { readonly kind: 'error'; readonly error: WorkerError };

/** An error as it passes between threads; `code` is that of a `SupersamError`, null for what was not foreseen. */
export interface WorkerError {
  readonly code: string | null;
  readonly message: string;
  readonly remedy: string | null;
  readonly exitCode: number;
}

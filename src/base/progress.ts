/**
 * How long work reports itself: `done` of `total` units, with an optional short note ("loss 0.31").
 * Called between units only; the receiver draws bars and computes the time left.
 */
export type Progress = (done: number, total: number, note?: string) => void;

/** What every long-running function takes. An aborted signal makes it save what is finished and throw `InterruptedError`. */
export interface LongRunning {
  readonly onProgress?: Progress;
  readonly signal?: AbortSignal;
}

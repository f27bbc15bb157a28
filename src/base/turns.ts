import { setImmediate } from 'node:timers/promises';

/**
 * Work in steps: it yields where the event loop may have its turn, so that a signal is heard while it lasts. A step should
 * take a tenth of a second at most.
 */
export type Steps<T> = Generator<void, T, void>;

/** Finishes the work without leaving the event loop. */
export function atOnce<T>(work: Steps<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Finishes the work and leaves the event loop after every step. */
export async function inTurns<T>(work: Steps<T>): Promise<T> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    await setImmediate();
  }
}

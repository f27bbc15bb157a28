import { InterruptedError } from '../errors.js';

/** The result, or `InterruptedError` at once: a measurement that was cut off must not be stored as failed. */
export async function raceAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new InterruptedError());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([aborted, result]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

interface Call<Item, Result> {
  readonly item: Item;
  readonly signal: AbortSignal;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** How long the first of some calls waits for as many as came together before. */
const PATIENCE_MS = 200;

/**
 * Scores what is asked for while nothing is scored in one go, so that it can share work. Who measures several at once asks again for as many,
 * one after the other, when all are there: so many are waited for, but not for long.
 */
export function scoreTogether<Item, Result>(
  score: (items: readonly Item[], signal: AbortSignal) => Promise<readonly Result[]>,
): (item: Item, signal: AbortSignal) => Promise<Result> {
  let waiting: Call<Item, Result>[] = [];
  let isScoring = false;
  let expected = 1;
  let patience: NodeJS.Timeout | undefined;

  const start = async () => {
    clearTimeout(patience);
    patience = undefined;
    if (isScoring || waiting.length === 0) return;
    const calls = waiting;
    [waiting, isScoring, expected] = [[], true, calls.length];
    const { signal, ignore } = whenAllAbort(calls.map((call) => call.signal));
    try {
      const results = await score(
        calls.map(({ item }) => item),
        signal,
      );
      calls.forEach(({ resolve }, i) => {
        resolve(results[i] as Result);
      });
    } catch (error) {
      for (const { reject } of calls) reject(error);
    } finally {
      ignore();
      isScoring = false;
      gather();
    }
  };

  const gather = () => {
    if (isScoring || waiting.length === 0) return;
    // Those of the same turn are taken along.
    if (waiting.length >= expected) setImmediate(start);
    else patience ??= setTimeout(start, PATIENCE_MS);
  };

  return (item, signal) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, signal, resolve, reject });
      gather();
    });
}

/** What some no longer want the others still do. */
function whenAllAbort(signals: readonly AbortSignal[]): { signal: AbortSignal; ignore(): void } {
  const controller = new AbortController();
  const check = () => {
    if (signals.every(({ aborted }) => aborted)) controller.abort();
  };
  for (const signal of signals) signal.addEventListener('abort', check);
  check();
  const ignore = () => {
    for (const signal of signals) signal.removeEventListener('abort', check);
  };
  return { signal: controller.signal, ignore };
}

import type { Measurement, Metrics, Parts, Race } from '../core/oracle.js';
import { InterruptedError } from '../errors.js';
import { expectedMeans, watchRace } from '../study/race.js';

/**
 * Measures part by part in the order of the race until it is lost or all parts are seen: what an oracle with `parts` does
 * when its context has a race.
 *
 * @param measurePart the metrics of one part, those of `parts.ranges` at least.
 * @param atOnce parts begun before the result of the first of them is looked at. What is left of them when the race is lost
 *   is told to end and does not count.
 * @throws InterruptedError when the signal of the context aborts, and what `measurePart` throws.
 */
export async function measureInParts(
  parts: Parts,
  { race, signal }: { readonly race: Race; readonly signal: AbortSignal },
  measurePart: (part: number, signal: AbortSignal) => Promise<Metrics>,
  atOnce = 1,
): Promise<Extract<Measurement, { readonly metrics: Metrics }>> {
  const { order, rivals, risk } = race;
  const watch = watchRace(race, parts);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const begun: Promise<Metrics>[] = [];
  const seen: Metrics[] = [];
  let isLost = false;
  try {
    for (const [i, part] of order.entries()) {
      while (begun.length < Math.min(order.length, i + atOnce)) {
        const next = measurePart(order[begun.length] as number, either);
        next.catch(() => {});
        begun.push(next);
      }
      const metrics = await (begun[i] as Promise<Metrics>);
      if (signal.aborted) throw new InterruptedError();
      checkRange(parts, part, metrics);
      seen.push(metrics);
      isLost = watch(part, metrics) && i + 1 < order.length;
      if (isLost) break;
    }
  } finally {
    over.abort();
    await Promise.allSettled(begun);
  }
  const names = Object.keys(parts.ranges);
  const found = {
    order: order.slice(0, seen.length),
    values: Object.fromEntries(names.map((name) => [name, seen.map((metrics) => metrics[name] as number)])),
    rivals: rivals.map(({ trial }) => trial),
    risk,
  };
  const metrics = expectedMeans(found, parts, rivals);
  return { state: isLost ? 'pruned' : 'complete', metrics, parts: found };
}

/** The risk of a race rests on the ranges. */
function checkRange({ ranges }: Parts, part: number, metrics: Metrics): void {
  for (const [metric, [least, greatest]] of Object.entries(ranges)) {
    const value = metrics[metric] ?? Number.NaN;
    if (value >= least && value <= greatest) continue;
    throw new Error(`${metric} of part ${part} is ${value}, which is not between ${least} and ${greatest}`);
  }
}

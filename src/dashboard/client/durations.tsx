import { useMemo } from 'preact/hooks';
import { formatSeconds } from './format.js';
import type { StudyData } from './study-data.js';

const BINS = 28;

/** How long measuring took: a histogram over powers where the times differ much. */
export function Durations({ data, version }: { data: StudyData; version: number }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data is one object that grows; its version says so
  const found = useMemo(() => histogram(data), [data, version]);
  return (
    <section class="panel durations" aria-labelledby="durations-title">
      <header>
        <h2 id="durations-title">Durations</h2>
        <p class="legend">{found === null ? '' : `${formatSeconds(found.sum)} in all`}</p>
      </header>
      {found === null ? (
        <p class="empty">No trial was timed yet.</p>
      ) : (
        <>
          <div
            class="bins"
            role="img"
            aria-label={`Seconds a trial: half took up to ${formatSeconds(found.median)}, nine in ten up to ${formatSeconds(found.ninth)}, the longest ${formatSeconds(found.high)}`}
          >
            {found.bins.map((count) => (
              <i style={{ height: `${count === 0 ? 0 : 3 + (97 * count) / found.most}%` }} />
            ))}
          </div>
          <p class="ends">
            <span>{formatSeconds(found.low)}</span>
            <span>{formatSeconds(found.high)}</span>
          </p>
          <p class="note">
            Half took up to {formatSeconds(found.median)}, nine in ten up to {formatSeconds(found.ninth)}
            {found.isLog ? '; the scale goes by powers' : ''}.
          </p>
        </>
      )}
    </section>
  );
}

function histogram(data: StudyData) {
  const { timed } = data;
  const sorted = timed.values();
  if (sorted.length === 0) return null;
  const [low, high] = [timed.quantile(0), timed.quantile(1)];
  const isLog = low > 0 && high / low > 30;
  const [turn, back] = isLog ? [Math.log, Math.exp] : [(x: number) => x, (x: number) => x];
  const span = turn(high) - turn(low) || 1;
  const ends = Array.from({ length: BINS }, (_, i) => below(sorted, back(turn(low) + ((i + 1) * span) / BINS)));
  ends[BINS - 1] = sorted.length;
  const bins = ends.map((end, i) => end - (ends[i - 1] ?? 0));
  const { sum } = timed;
  return {
    ...{ low, high, bins, sum, isLog },
    ...{ median: timed.quantile(0.5), ninth: timed.quantile(0.9), most: Math.max(...bins) },
  };
}

/** How many of the sorted numbers are smaller. */
function below(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

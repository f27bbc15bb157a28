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
  const seconds = Array.from({ length: data.count }, (_, i) => data.seconds.at(i)).filter((each) => each >= 0);
  if (seconds.length === 0) return null;
  const sorted = Float64Array.from(seconds).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  const [low, high] = [at(0), at(1)];
  const isLog = low > 0 && high / low > 30;
  const turn = isLog ? Math.log : (x: number) => x;
  const span = turn(high) - turn(low) || 1;
  const bins = Array.from({ length: BINS }, () => 0);
  for (const each of sorted) bins[Math.min(BINS - 1, Math.floor((BINS * (turn(each) - turn(low))) / span))]!++;
  const sum = sorted.reduce((total, each) => total + each, 0);
  return {
    low,
    high,
    median: at(0.5),
    ninth: at(0.9),
    bins,
    most: Math.max(...bins),
    sum,
    count: sorted.length,
    isLog,
  };
}

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatSeconds, formatValue, formatWhole, metricLabel } from './format.js';
import type { StudyData } from './study-data.js';

/** Over how many seconds the pace is taken. */
const WINDOW_MS = 60_000;

/** What one wants to know first, in a line. */
export function Facts({ data, version }: { data: StudyData; version: number }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data is one object that grows; its version says so
  const facts = useMemo(() => gather(data), [data, version]);
  const pace = usePace(data, version);
  const { writer, running } = data.now;
  return (
    <dl class="facts">
      <div>
        <dt>trials</dt>
        <dd>{formatWhole(data.count)}</dd>
        <dd class="more">{facts.failed === 0 ? 'none failed' : `${formatWhole(facts.failed)} without a value`}</dd>
      </div>
      {facts.best.map(({ metric, value, number }) => (
        <div>
          <dt>{`best ${metric}`}</dt>
          <dd>{formatValue(value)}</dd>
          <dd class="more">{number === null ? '' : `trial ${number}`}</dd>
        </div>
      ))}
      {data.head.objectives.length > 1 && (
        <div>
          <dt>front</dt>
          <dd>{facts.front}</dd>
          <dd class="more">{facts.last === null ? '' : `last gain at trial ${facts.last}`}</dd>
        </div>
      )}
      <div>
        <dt>a trial takes</dt>
        <dd>{facts.median === null ? '–' : formatSeconds(facts.median)}</dd>
        <dd class="more">the median</dd>
      </div>
      <div class={writer === null ? '' : 'running'}>
        <dt>now</dt>
        <dd>{writer === null ? 'at rest' : running.length > 0 ? `${running.length} running` : 'searching'}</dd>
        <dd class="more">
          {pace === null
            ? (writer ?? 'nobody writes')
            : `${formatValue(pace < 10 ? pace : Math.round(pace))} trials a minute`}
        </dd>
      </div>
    </dl>
  );
}

function gather(data: StudyData) {
  const failed = data.count - data.complete(data.count);
  const front = data.front();
  const best = data.head.objectives.map(({ metric, direction }, axis) => {
    const [column, sign] = [data.values[axis], direction === 'max' ? -1 : 1];
    const at = (index: number) => sign * (column?.at(index) ?? Infinity);
    // The best of any objective is on the front.
    const index = front.reduce<number | null>(
      (found, each) => (found === null || at(each) < at(found) ? each : found),
      null,
    );
    return {
      metric: metricLabel(metric),
      value: index === null ? Number.NaN : (column?.at(index) ?? Number.NaN),
      number: index === null ? null : data.number.at(index),
    };
  });
  const median = data.timed.quantile(0.5);
  const last = data.joins.at(-1);
  return {
    ...{ failed, best, front: front.length },
    median: Number.isNaN(median) ? null : median,
    last: last === undefined ? null : data.number.at(last),
  };
}

/** Trials a minute as this page saw them come; null while it has not seen enough. */
function usePace(data: StudyData, version: number): number | null {
  const seen = useRef<{ readonly at: number; readonly count: number }[]>([{ at: Date.now(), count: data.count }]);
  const [pace, setPace] = useState<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is what may have brought trials
  useEffect(() => {
    const now = Date.now();
    const known = [...seen.current, { at: now, count: data.count }].filter(({ at }) => now - at < WINDOW_MS);
    seen.current = known;
    const [first] = known;
    if (first === undefined || now - first.at < 2000 || data.count === first.count) return;
    setPace((60_000 * (data.count - first.count)) / (now - first.at));
  }, [version]);
  return data.now.writer === null ? null : pace;
}

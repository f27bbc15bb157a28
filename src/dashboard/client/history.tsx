import { useMemo } from 'preact/hooks';
import { formatShare, formatValue, formatWhole, metricLabel } from './format.js';
import { LineChart } from './line-chart.js';
import type { StudyData } from './study-data.js';
import { useTheme } from './theme.js';

interface Props {
  readonly data: StudyData;
  readonly version: number;
  readonly until: number | null;
  readonly onUntil: (until: number | null) => void;
}

/** What was reached after every trial, and a slider through it that takes the front back to what it was then. */
export function History({ data, version, until, onUntil }: Props) {
  const theme = useTheme();
  const [objective] = data.head.objectives;
  const isSingle = data.head.objectives.length === 1;
  const name = isSingle ? `best ${metricLabel(objective?.metric ?? '')}` : 'hypervolume';
  const format = isSingle ? formatValue : formatShare;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data is one object that grows; its version says so
  const columns = useMemo(() => {
    const reached = data.reached();
    const last = reached.at(-1)?.value;
    if (last === undefined) return [[], []];
    // The line goes on to the last trial.
    return [
      [...reached.map(({ index }) => index + 1), data.count],
      [...reached.map(({ value }) => value), last],
    ];
  }, [data, version]);
  const reached = columns[1]?.at(-1);
  const since = data.count - ((data.joins.at(-1) ?? data.count) + 1);
  return (
    <section class="panel history" aria-labelledby="history-title">
      <header>
        <h2 id="history-title">{isSingle ? 'History' : 'Hypervolume'}</h2>
        <p class="legend">
          {data.joins.length === 0
            ? 'nothing reached yet'
            : since === 0
              ? 'the last trial gained'
              : `no gain for ${formatWhole(since)} ${since === 1 ? 'trial' : 'trials'}`}
        </p>
      </header>
      <LineChart
        label={`${name} over ${formatWhole(data.count)} trials${reached === undefined ? '' : `, now ${format(reached)}`}`}
        columns={columns}
        series={[{ label: isSingle ? 'best' : 'share of the last', colour: theme.accent, format }]}
        xLabel={isSingle ? 'best value after each trial' : 'share of what is dominated now, after each trial'}
        height={186}
        mark={until}
        onPick={onUntil}
      />
      <label class="scrub">
        <span>{until === null ? 'Now' : `After trial ${formatWhole(until)}`}</span>
        <input
          type="range"
          min={1}
          max={Math.max(1, data.count)}
          value={until ?? data.count}
          aria-label="Show the front as it was after so many trials"
          onInput={({ currentTarget }) => {
            const value = Number(currentTarget.value);
            onUntil(value >= data.count ? null : value);
          }}
        />
      </label>
    </section>
  );
}

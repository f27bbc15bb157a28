import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { useWidth } from './canvas.js';
import { FONT, type Theme, useTheme } from './theme.js';

export interface LineSeries {
  readonly label: string;
  readonly colour: string;
  readonly format: (value: number) => string;
}

interface Props {
  readonly label: string;
  /** The x of every point, ascending, then one list a series; null where a series has none. */
  readonly columns: readonly (readonly (number | null)[])[];
  readonly series: readonly LineSeries[];
  readonly xLabel: string;
  readonly height: number;
  /** A place on the x axis that is marked. */
  readonly mark?: number | null;
  readonly onPick?: (x: number) => void;
}

/** Long series as steps, by uPlot: the height holds until the next point. */
export function LineChart({ label, columns, series, xLabel, height, mark = null, onPick }: Props) {
  const theme = useTheme();
  const [ref, width] = useWidth<HTMLDivElement>();
  const plot = useRef<uPlot | null>(null);
  const marked = useRef(mark);
  marked.current = mark;
  const pick = useRef(onPick);
  pick.current = onPick;
  const shape = series.map((each) => `${each.label}\t${each.colour}`).join('\n');

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new plot for a new theme, size or set of series alone; new data goes into it
  useEffect(() => {
    const element = ref.current;
    if (element === null || width === 0) return;
    const made = new uPlot(
      optionsOf({ width, height, series, theme, marked, pick }),
      columns as unknown as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [width, height, theme, shape]);

  useEffect(() => {
    plot.current?.setData(columns as unknown as uPlot.AlignedData);
  }, [columns]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the mark is drawn with the plot
  useEffect(() => plot.current?.redraw(false), [mark]);

  return (
    <>
      <div class="lines" ref={ref} role="img" aria-label={label} style={{ minHeight: `${height}px` }} />
      <p class="axis-title">{xLabel}</p>
    </>
  );
}

interface Making {
  readonly width: number;
  readonly height: number;
  readonly series: readonly LineSeries[];
  readonly theme: Theme;
  readonly marked: { readonly current: number | null };
  readonly pick: { readonly current: ((x: number) => void) | undefined };
}

function optionsOf({ width, height, series, theme, marked, pick }: Making): uPlot.Options {
  const axis = {
    stroke: theme.quiet,
    font: `12px ${FONT}`,
    grid: { stroke: theme.rule, width: 1 },
    ticks: { show: false },
    border: { show: false },
    gap: 6,
  };
  const [first] = series;
  return {
    ...{ width, height, padding: [10, 24, 0, 0] },
    legend: { show: false },
    scales: { x: { time: false } },
    axes: [
      {
        ...axis,
        size: 26,
        values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick.toLocaleString('en-US') : '')),
      },
      { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => first?.format(tick) ?? '') },
    ],
    series: [
      {},
      ...series.map(({ label, colour }) => ({
        ...{ label, stroke: colour, width: 2, spanGaps: true },
        ...(uPlot.paths.stepped === undefined ? {} : { paths: uPlot.paths.stepped({ align: 1 }) }),
        points: { show: false },
      })),
    ],
    cursor: { drag: { x: false, y: false }, points: { size: 7 }, y: false },
    hooks: {
      draw: [
        (plot) => {
          const at = marked.current;
          if (at === null) return;
          const left = Math.round(plot.valToPos(at, 'x', true));
          const { ctx, bbox } = plot;
          ctx.save();
          ctx.strokeStyle = theme.chosen;
          ctx.lineWidth = 2;
          ctx.beginPath();
          ctx.moveTo(left, bbox.top);
          ctx.lineTo(left, bbox.top + bbox.height);
          ctx.stroke();
          ctx.restore();
        },
      ],
      ready: [
        (plot) => {
          const tip = document.createElement('div');
          tip.className = 'tip';
          tip.hidden = true;
          plot.over.append(tip);
          plot.over.addEventListener('click', () => {
            const x = plot.data[0][plot.cursor.idx ?? -1];
            if (x !== undefined) pick.current?.(x);
          });
          plot.over.addEventListener('mousemove', () => showTip(plot, tip, series));
          plot.over.addEventListener('mouseleave', () => {
            tip.hidden = true;
          });
        },
      ],
    },
  };
}

/** Values at the cursor, beside it: the last point at or before it, since steps hold. */
function showTip(plot: uPlot, tip: HTMLElement, series: readonly LineSeries[]): void {
  const left = plot.cursor.left ?? -1;
  const x = plot.posToVal(left, 'x');
  const xs = plot.data[0];
  let at = -1;
  for (let i = 0; i < xs.length && (xs[i] as number) <= x; i++) at = i;
  tip.hidden = at < 0;
  if (at < 0) return;
  const lines = series.flatMap(({ label, format }, i) => {
    const column = plot.data[i + 1] ?? [];
    for (let j = at; j >= 0; j--) {
      const value = column[j];
      if (value !== null && value !== undefined) return [`${label} ${format(value)}`];
    }
    return [];
  });
  tip.textContent = [`trial ${Math.round(x).toLocaleString('en-US')}`, ...lines].join('\n');
  tip.style.left = `${left}px`;
  tip.classList.toggle('left', left > plot.over.clientWidth / 2);
}

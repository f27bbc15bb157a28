import { useMemo, useState } from 'preact/hooks';
import { createScale } from '../../charts/svg/scale.js';
import { Canvas, createThinner, drawAxes, fillDot, type Pen, useWidth } from './canvas.js';
import { type Filter, isOpen, passes } from './filter.js';
import { formatWhole, metricLabel } from './format.js';
import { type Axis, axesOf } from './parallel.js';
import { COMPLETE, type StudyData } from './study-data.js';
import { useTheme } from './theme.js';

interface Props {
  readonly data: StudyData;
  readonly version: number;
  readonly filter: Filter;
}

const HEIGHT = 178;
/** Of a small picture more than these cannot be told apart. */
const MOST = 4000;

/** Every parameter against one objective, a small picture each: what a parameter does by itself. */
export function Slices({ data, version, filter }: Props) {
  const { objectives } = data.head;
  const best = Math.max(
    0,
    objectives.findIndex(({ direction }) => direction === 'max'),
  );
  const [objective, setObjective] = useState(best);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data is one object that grows; its version says so
  const axes = useMemo(() => axesOf(data).slice(objectives.length), [data, version]);
  return (
    <section class="panel slices" aria-labelledby="slices-title">
      <header>
        <h2 id="slices-title">Slices</h2>
        <p class="legend">
          {metricLabel(objectives[objective]?.metric ?? '')} over each parameter
          {data.count > MOST ? `, ${formatWhole(MOST)} of ${formatWhole(data.count)} trials` : ''}
        </p>
        {objectives.length > 1 && (
          <label>
            objective{' '}
            <select value={objective} onChange={({ currentTarget }) => setObjective(Number(currentTarget.value))}>
              {objectives.map(({ metric }, i) => (
                <option value={i}>{metricLabel(metric)}</option>
              ))}
            </select>
          </label>
        )}
      </header>
      <div class="small-multiples">
        {axes.map((axis, place) => (
          <Slice {...{ data, version, filter, axis, place, objective }} />
        ))}
      </div>
    </section>
  );
}

function Slice({
  data,
  version,
  filter,
  axis,
  place,
  objective,
}: Props & { axis: Axis; place: number; objective: number }) {
  const theme = useTheme();
  const [ref, width] = useWidth<HTMLElement>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const draw = useMemo(() => {
    const [column, values] = [data.parameters[place], data.values[objective]];
    const area = { left: 46, right: width - 10, top: 10, bottom: HEIGHT - 24 };
    const y = createScale(values?.extent ?? [0, 1], area.bottom, area.top, { count: 4 });
    const xOf = (value: number) => area.left + 8 + axis.share(value) * (area.right - area.left - 16);
    const x = { at: xOf, low: axis.low, high: axis.high, ticks: axis.ticks.map(({ at }) => at), step: 1 };
    const texts = new Map(axis.ticks.map(({ at, text }) => [at, text]));
    const isLevels = data.head.parameters[place]?.kind !== 'number';
    return (pen: Pen) => {
      drawAxes(pen, { x, y, area, theme, formatX: (value) => texts.get(value) ?? '' });
      const isIn = passes(data, filter);
      const isFree = createThinner({ width, height: HEIGHT });
      const every = Math.max(1, data.count / MOST);
      for (let step = 0; step < data.count; step += every) {
        const i = Math.floor(step);
        const [at, value] = [column?.at(i) ?? Number.NaN, values?.at(i) ?? Number.NaN];
        if (Number.isNaN(at + value) || data.state.at(i) !== COMPLETE) continue;
        // Trials of one level are spread a little, always each to the same place.
        const spread = isLevels
          ? (((i * 0.618034) % 1) - 0.5) * Math.min(16, (0.6 * (area.right - area.left)) / (axis.high - axis.low))
          : 0;
        const [left, top] = [xOf(at) + spread, y.at(value)];
        if (!isFree(left, top)) continue;
        const isOut = !isOpen(filter) && !isIn(i);
        pen.globalAlpha = isOut ? 0.12 : 0.5;
        pen.fillStyle = isOut ? theme.faint : theme.accent;
        fillDot(pen, left, top, 1.9);
      }
      pen.globalAlpha = 1;
    };
  }, [data, version, filter, axis, place, objective, width, theme]);
  return (
    <figure ref={ref as never}>
      <figcaption title={axis.label}>{axis.label}</figcaption>
      <div class="canvas" style={{ height: `${HEIGHT}px` }}>
        <Canvas
          size={{ width, height: HEIGHT }}
          draw={draw}
          role="img"
          aria-label={`${metricLabel(data.head.objectives[objective]?.metric ?? '')} over ${axis.label}`}
        />
      </div>
    </figure>
  );
}

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { createScale } from '../../charts/svg/scale.js';
import { Canvas, type Pen, useWidth } from './canvas.js';
import type { Column } from './columns.js';
import { type Filter, passes } from './filter.js';
import { formatValue, formatWhole, metricLabel, objectiveLabel } from './format.js';
import { type Axis, drawPlot, MANY, type Plot } from './front-plot.js';
import { type Area, placeMarks, type Size } from './marks.js';
import { Segments } from './segments.js';
import type { StudyData } from './study-data.js';
import { type Theme, useTheme } from './theme.js';

interface Props {
  readonly data: StudyData;
  readonly version: number;
  readonly filter: Filter;
  /** Only the first so many trials are shown. */
  readonly until: number;
  readonly chosen: number | null;
  readonly onChoose: (index: number) => void;
  readonly onHover: (index: number | null) => void;
}

const HEIGHT = 380;
const AREA = { left: 58, right: 14, top: 30, bottom: 44 };
/** How near the cursor has to be to a trial, in pixels. */
const REACH = 24;
const PULSE_MS = 1100;

/**
 * All trials and the front among them: two objectives against each other, or the value over the trials where there is one.
 * What is new rings for a second; arrow keys walk along the front.
 */
export function FrontChart({ data, version, filter, until, chosen, onChoose, onHover }: Props) {
  const theme = useTheme();
  const [ref, width] = useWidth<HTMLDivElement>();
  const { objectives } = data.head;
  const [pair, setPair] = useState<readonly [number, number]>(() => defaultPair(data));
  const [view, setView] = useState<'all' | 'front'>('all');
  const size = { width, height: width < 520 ? 320 : HEIGHT };
  const area: Area = {
    ...{ left: AREA.left, top: AREA.top },
    ...{ right: size.width - AREA.right, bottom: size.height - AREA.bottom },
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the data is one object that grows; its version says so
  const front = useMemo(() => data.front(until), [data, version, until]);
  // Of two objectives all trials together have one place, however far back the slider is.
  const isFixed = objectives.length > 1 && view === 'all';
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const placed = useMemo(() => {
    const [x, y] = axesOf(data, pair, until);
    const inView = view === 'front' && front.length > 1 ? front : null;
    const extent = ({ at, extent: whole }: Axis) => (inView === null ? whole : rangeOf(inView.map(at)));
    const scaleX = createScale(extent(x), area.left, area.right, { count: width < 520 ? 4 : 7, padding: 0.04 });
    const scaleY = createScale(extent(y), area.bottom, area.top, { count: 6, padding: 0.06 });
    const marks = placeMarks(data, { at: x.at, scale: scaleX }, { at: y.at, scale: scaleY }, filter, area, size);
    return { x, y, scaleX, scaleY, marks };
  }, [data, version, pair, view, isFixed ? 0 : until, width, size.height, filter]);
  const plot = useMemo(() => ({ ...placed, front }), [placed, front]);
  const marks = placed.marks.before(until);

  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const draw = useCallback(
    (pen: Pen) => drawPlot(pen, { data, ...plot, area, size, theme, filter, until }),
    [plot, theme, filter, width],
  );

  const nearest = useCallback(
    (event: MouseEvent): number | null => {
      const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
      const [left, top] = [event.clientX - box.left, event.clientY - box.top];
      return nearestTrial(plot, passes(data, filter), until, left, top);
    },
    [data, plot, filter, until],
  );

  const walk = (event: KeyboardEvent) => {
    const place = chosen === null ? -1 : front.indexOf(chosen);
    const to = {
      ArrowRight: place + 1,
      ArrowLeft: place < 0 ? front.length - 1 : place - 1,
      Home: 0,
      End: front.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = front[Math.max(0, Math.min(front.length - 1, to))];
    if (next !== undefined) onChoose(next);
  };

  const isSingle = objectives.length === 1;
  return (
    <section class="panel front" aria-labelledby="front-title">
      <header>
        <h2 id="front-title">{isSingle ? 'Values' : 'Front'}</h2>
        <p class="legend" aria-hidden="true">
          <span class="key dot" /> {formatWhole(data.complete(until))} trials
          <span class={objectives.length > 2 ? 'key member' : 'key line'} />{' '}
          {isSingle ? 'best so far' : `front of ${front.length}`}
        </p>
        {objectives.length > 2 && <PairPicker data={data} pair={pair} onPair={setPair} />}
        <Segments
          label="What the picture spans"
          value={view}
          onChange={setView}
          options={[
            ['all', 'All'],
            ['front', isSingle ? 'Best' : 'Front'],
          ]}
        />
      </header>
      <div class="canvas" ref={ref} style={{ height: `${size.height}px` }}>
        <Canvas size={size} draw={draw} aria-hidden="true" />
        <Rings {...{ data, version, size, plot, theme, chosen }} />
        <div
          class="touch"
          role="img"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk along the front, as its description says
          tabIndex={0}
          aria-label={describe(data, front, until)}
          aria-describedby="front-keys"
          onMouseMove={(event) => onHover(nearest(event))}
          onMouseLeave={() => onHover(null)}
          onClick={(event) => {
            const found = nearest(event);
            if (found !== null) onChoose(found);
          }}
          onKeyDown={walk}
        />
      </div>
      <p class="note" id="front-keys">
        {isFixed && until > MANY && marks < data.complete(until)
          ? `${formatWhole(data.complete(until))} trials as ${formatWhole(marks)} marks: one a pixel. `
          : ''}{' '}
        Click a trial for its details; arrow keys walk along the front.
      </p>
    </section>
  );
}

/** The objective to maximise upwards, the first other one to the right, as in reports. */
function defaultPair({ head: { objectives } }: StudyData): readonly [number, number] {
  const maximised = objectives.findIndex(({ direction }) => direction === 'max');
  const y = maximised < 0 ? 1 : maximised;
  return [objectives.findIndex((_, i) => i !== y), y];
}

function axesOf(data: StudyData, [x, y]: readonly [number, number], until: number): [Axis, Axis] {
  const { objectives } = data.head;
  const axis = (place: number): Axis => {
    const column = data.values[place] as Column;
    const objective = objectives[place];
    const label = objective === undefined ? '' : objectiveLabel(objective);
    return { label, at: column.at, extent: column.extent ?? [0, 1] };
  };
  if (objectives.length > 1) return [axis(x), axis(y)];
  return [{ label: 'trial', at: (index) => index + 1, extent: [1, Math.max(2, until)] }, axis(0)];
}

function rangeOf(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.06 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

function nearestTrial(
  { x, y, scaleX, scaleY, front, marks }: Plot,
  isIn: (index: number) => boolean,
  until: number,
  left: number,
  top: number,
): number | null {
  let [found, least]: [number | null, number] = [null, REACH * REACH];
  // Members of the front are what one aims at.
  for (const index of front) {
    const distance = 0.35 * squaredDistance(scaleX.at(x.at(index)) - left, scaleY.at(y.at(index)) - top);
    if (distance < least && isIn(index)) [found, least] = [index, distance];
  }
  const count = marks.before(until);
  for (let i = 0; i < count; i++) {
    const distance = squaredDistance((marks.left[i] as number) - left, (marks.top[i] as number) - top);
    if (distance < least && marks.isIn[i] === 1) [found, least] = [marks.index[i] as number, distance];
  }
  return found;
}

const squaredDistance = (x: number, y: number): number => x * x + y * y;

interface RingsProps {
  readonly data: StudyData;
  readonly version: number;
  readonly size: Size;
  readonly plot: Plot;
  readonly theme: Theme;
  readonly chosen: number | null;
}

/** What is drawn over the picture: the chosen trial, and rings around what has just come. */
function Rings({ data, version, size, plot, theme, chosen }: RingsProps) {
  const [now, setNow] = useState(0);
  const seen = useRef(data.count);
  const fresh = useRef<readonly { readonly index: number; readonly at: number }[]>([]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is what may have brought trials
  useEffect(() => {
    const came = Array.from({ length: data.count - seen.current }, (_, i) => seen.current + i);
    seen.current = data.count;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (came.length === 0 || came.length > 50 || isCalm) return;
    const at = performance.now();
    fresh.current = [...fresh.current, ...came.map((index) => ({ index, at }))];
    let frame = 0;
    const step = (time: number) => {
      fresh.current = fresh.current.filter((each) => time - each.at < PULSE_MS);
      setNow(time);
      if (fresh.current.length > 0) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [version]);

  const draw = useCallback(
    (pen: Pen) => {
      const place = (index: number) => [plot.scaleX.at(plot.x.at(index)), plot.scaleY.at(plot.y.at(index))] as const;
      for (const { index, at } of fresh.current) {
        const [left, top] = place(index);
        const age = Math.max(0, Math.min(1, (now - at) / PULSE_MS));
        if (Number.isNaN(left + top)) continue;
        pen.globalAlpha = 1 - age;
        pen.strokeStyle = theme.live;
        pen.lineWidth = 2;
        pen.beginPath();
        pen.arc(left, top, 4 + 14 * age, 0, 2 * Math.PI);
        pen.stroke();
      }
      pen.globalAlpha = 1;
      if (chosen === null) return;
      const [left, top] = place(chosen);
      pen.strokeStyle = theme.chosen;
      pen.lineWidth = 2.5;
      pen.beginPath();
      pen.arc(left, top, 8, 0, 2 * Math.PI);
      pen.stroke();
    },
    [plot, theme, chosen, now],
  );
  return <Canvas size={size} draw={draw} class="over" aria-hidden="true" />;
}

function PairPicker({
  data,
  pair,
  onPair,
}: {
  data: StudyData;
  pair: readonly [number, number];
  onPair: (pair: readonly [number, number]) => void;
}) {
  const select = (label: string, place: 0 | 1) => (
    <label>
      {label}{' '}
      <select
        value={pair[place]}
        onChange={({ currentTarget }) => {
          const value = Number(currentTarget.value);
          const other = pair[1 - place] === value ? (pair[place] as number) : (pair[1 - place] as number);
          onPair(place === 0 ? [value, other] : [other, value]);
        }}
      >
        {data.head.objectives.map(({ metric }, i) => (
          <option value={i}>{metricLabel(metric)}</option>
        ))}
      </select>
    </label>
  );
  return (
    <span class="pair">
      {select('across', 0)} {select('up', 1)}
    </span>
  );
}

/** What the picture shows, for who hears it. */
function describe(data: StudyData, front: readonly number[], until: number): string {
  const { objectives } = data.head;
  const ranges = objectives.map(({ metric }, axis) => {
    const values = front.map((index) => data.values[axis]?.at(index) ?? Number.NaN);
    return `${metricLabel(metric)} ${formatValue(Math.min(...values))} to ${formatValue(Math.max(...values))}`;
  });
  const trials = `${formatWhole(data.complete(until))} trials`;
  if (front.length === 0) return `${trials}, none complete yet`;
  return objectives.length === 1
    ? `${trials}; the best is trial ${data.number.at(front[0] as number)}, ${ranges[0]}`
    : `${trials}, ${front.length} on the front: ${ranges.join(', ')}`;
}

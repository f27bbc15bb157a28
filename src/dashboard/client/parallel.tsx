import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import { formatTick } from '../../charts/svg/format.js';
import { createScale } from '../../charts/svg/scale.js';
import { Canvas, type Pen, strokeLine, useWidth } from './canvas.js';
import { axisKey, type Filter, isOpen, passes, type Range, withBrush } from './filter.js';
import { formatValue, formatWhole, metricLabel } from './format.js';
import { ScrollBox } from './scroll-box.js';
import { COMPLETE, type StudyData } from './study-data.js';
import { FONT, type Theme, useTheme } from './theme.js';

interface Props {
  readonly data: StudyData;
  readonly version: number;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
  readonly chosen: number | null;
}

const HEIGHT = 340;
const TOP = 54;
const BOTTOM = 26;
/** Narrower than this axes cannot be told apart: the picture scrolls sideways instead. */
const LEAST_GAP = 74;
/** More lines than these nobody tells apart: every so manieth is drawn, the front always. */
const MOST_LINES = 2500;
/** Half the width of what the pointer may take hold of around an axis. */
const GRIP = 22;

export interface Axis {
  readonly key: string;
  readonly label: string;
  readonly isObjective: boolean;
  /** What the axis spans, in the units of its column. */
  readonly low: number;
  readonly high: number;
  /** 0 at the foot, 1 at the head. */
  readonly share: (value: number) => number;
  readonly value: (share: number) => number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** Every complete trial as a line over all parameters and objectives; ranges of any axis choose among them. */
export function Parallel({ data, version, filter, onFilter, chosen }: Props) {
  const theme = useTheme();
  const [ref, outer] = useWidth<HTMLElement>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data is one object that grows; its version says so
  const axes = useMemo(() => axesOf(data), [data, version]);
  const width = Math.max(outer, axes.length * LEAST_GAP + 40);
  const gap = (width - 80) / Math.max(1, axes.length - 1);
  const xOf = useCallback((place: number) => 40 + place * gap, [gap]);
  const yOf = (axis: Axis, value: number) => HEIGHT - BOTTOM - axis.share(value) * (HEIGHT - BOTTOM - TOP);
  const [drag, setDrag] = useState<{ readonly axis: Axis; readonly from: number; readonly to: number } | null>(null);
  const held = useRef<typeof drag>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const lines = useMemo(() => chooseLines(data, filter), [data, version, filter]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const colour = useMemo(() => colourScale(data, theme), [data, version, theme]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const draw = useCallback(
    (pen: Pen) => {
      pen.lineWidth = 1;
      const trace = (index: number) => {
        pen.beginPath();
        let isDown = false;
        for (const [place, axis] of axes.entries()) {
          const value = columnAt(data, axis.key, index);
          // A line has a gap where a parameter is inactive.
          if (Number.isNaN(value)) isDown = false;
          else if (isDown) pen.lineTo(xOf(place), yOf(axis, value));
          else {
            pen.moveTo(xOf(place), yOf(axis, value));
            isDown = true;
          }
        }
        pen.stroke();
      };
      pen.strokeStyle = theme.faint;
      pen.globalAlpha = 0.1;
      for (const index of lines.out) trace(index);
      pen.globalAlpha = lines.in.length > 400 ? 0.28 : 0.55;
      for (const index of lines.in) {
        pen.strokeStyle = colour(index);
        trace(index);
      }
      pen.globalAlpha = 1;
      if (chosen !== null) {
        pen.strokeStyle = theme.chosen;
        pen.lineWidth = 2.5;
        trace(chosen);
      }
      drawAxisLines(pen, axes, { xOf, yOf, theme });
    },
    [axes, lines, colour, theme, chosen, xOf],
  );

  const brushOf = (axis: Axis): Range | null =>
    drag?.axis.key === axis.key ? sorted(drag.from, drag.to) : (filter.brushes.get(axis.key) ?? null);
  const valueAt = (event: PointerEvent, axis: Axis) => {
    const top = event.clientY - (event.currentTarget as HTMLElement).getBoundingClientRect().top + TOP - GRIP / 2;
    return axis.value(1 - Math.max(0, Math.min(1, (top - TOP) / (HEIGHT - BOTTOM - TOP))));
  };

  return (
    <section class="panel parallel" aria-labelledby="parallel-title">
      <header>
        <h2 id="parallel-title">Parallel coordinates</h2>
        <p class="legend">
          {formatWhole(lines.passing)} of {formatWhole(lines.complete)} complete trials
          {lines.isThinned ? `, drawn as ${formatWhole(lines.in.length + lines.out.length)} lines` : ''}
        </p>
        {!isOpen(filter) && (
          <button type="button" onClick={() => onFilter({ brushes: new Map(), technique: null })}>
            Clear ranges
          </button>
        )}
      </header>
      <ScrollBox label="Lines of trials over all axes" outer={ref}>
        <div class="canvas" style={{ width: `${width}px`, height: `${HEIGHT}px` }}>
          <Canvas size={{ width, height: HEIGHT }} draw={draw} aria-hidden="true" />
          {axes.map((axis, place) => {
            const brush = brushOf(axis);
            return (
              <div
                class={`axis${brush === null ? '' : ' brushed'}`}
                data-axis={axis.label}
                style={{
                  left: `${xOf(place) - GRIP}px`,
                  width: `${2 * GRIP}px`,
                  top: `${TOP - GRIP / 2}px`,
                  height: `${HEIGHT - BOTTOM - TOP + GRIP}px`,
                }}
                onPointerDown={(event) => {
                  event.currentTarget.setPointerCapture(event.pointerId);
                  const from = valueAt(event, axis);
                  held.current = { axis, from, to: from };
                  setDrag(held.current);
                }}
                onPointerMove={(event) => {
                  if (held.current?.axis.key !== axis.key) return;
                  held.current = { ...held.current, to: valueAt(event, axis) };
                  setDrag(held.current);
                }}
                onPointerUp={() => {
                  const now = held.current;
                  held.current = null;
                  setDrag(null);
                  if (now === null) return;
                  const range = sorted(now.from, now.to);
                  const isClick = axis.share(range[1]) - axis.share(range[0]) < 0.012;
                  onFilter(withBrush(filter, axis.key, isClick ? null : range));
                }}
                onPointerCancel={() => {
                  held.current = null;
                  setDrag(null);
                }}
              >
                {brush !== null && (
                  <i
                    style={{
                      top: `${yOf(axis, brush[1]) - TOP + GRIP / 2}px`,
                      height: `${Math.max(3, yOf(axis, brush[0]) - yOf(axis, brush[1]))}px`,
                    }}
                  />
                )}
              </div>
            );
          })}
        </div>
      </ScrollBox>
      <Ranges axes={axes} filter={filter} onFilter={onFilter} />
    </section>
  );
}

const sorted = (a: number, b: number): Range => (a <= b ? [a, b] : [b, a]);

function columnAt(data: StudyData, key: string, index: number): number {
  const place = Number(key.slice(key.indexOf(':') + 1));
  return (key.startsWith('parameter') ? data.parameters : data.values)[place]?.at(index) ?? Number.NaN;
}

/** The objectives, then the parameters in the space's order. */
export function axesOf(data: StudyData): Axis[] {
  const parameters = data.head.parameters.map(({ name, kind, levels, isLog }, place): Axis => {
    const key = axisKey('parameter', place);
    if (kind === 'number') return numberAxis(key, name, data.parameters[place]?.extent ?? [0, 1], isLog, false);
    const texts = kind === 'levels' ? levels.map((level) => String(level)) : (data.texts[place]?.list ?? []);
    return levelAxis(key, name, texts);
  });
  const objectives = data.head.objectives.map(({ metric }, place) =>
    numberAxis(axisKey('objective', place), metricLabel(metric), data.values[place]?.extent ?? [0, 1], false, true),
  );
  return [...objectives, ...parameters];
}

function numberAxis(
  key: string,
  label: string,
  [low, high]: readonly [number, number],
  isLog: boolean,
  isObjective: boolean,
): Axis {
  const powers = isLog && low > 0;
  const [turn, back] = powers ? [Math.log, Math.exp] : [(x: number) => x, (x: number) => x];
  const span = turn(high) - turn(low) || 1;
  const share = (value: number) => (turn(value) - turn(low)) / span;
  const { ticks, step } = createScale([low, high], 0, 1, { count: 4, padding: 0 });
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return {
    ...{ key, label, isObjective, low, high, share },
    value: (at) => back(turn(low) + at * span),
    ticks: powers
      ? [low, Math.sqrt(low * high), high].map((at) => ({ at, text: formatValue(at) }))
      : ticks.map((at) => ({ at, text: formatTick(at, step, largest) })),
  };
}

/** Levels stand evenly; the ends have half a step of room, so that a brush can hold one of them alone. */
function levelAxis(key: string, label: string, texts: readonly string[]): Axis {
  const [low, high] = [-0.5, Math.max(0, texts.length - 1) + 0.5];
  const every = Math.ceil(texts.length / 12);
  return {
    ...{ key, label, isObjective: false, low, high },
    share: (value) => (value - low) / (high - low),
    value: (at) => low + at * (high - low),
    ticks: texts.flatMap((text, at) => (at % every === 0 ? [{ at, text }] : [])),
  };
}

/** Which trials become lines: those that pass before those that do not, evenly among more than can be told apart. */
function chooseLines(data: StudyData, filter: Filter) {
  const isIn = passes(data, filter);
  const front = new Set(data.front());
  const [inside, outside]: [number[], number[]] = [[], []];
  for (let i = 0; i < data.count; i++) if (data.state.at(i) === COMPLETE) (isIn(i) ? inside : outside).push(i);
  const thin = (list: readonly number[], most: number) => {
    const every = list.length / most;
    if (every <= 1) return list;
    return list.filter((index, i) => front.has(index) || Math.floor(i / every) !== Math.floor((i - 1) / every));
  };
  const chosen = { in: thin(inside, MOST_LINES), out: isOpen(filter) ? [] : thin(outside, MOST_LINES / 5) };
  const isThinned = chosen.in.length < inside.length || (!isOpen(filter) && chosen.out.length < outside.length);
  return { ...chosen, isThinned, passing: inside.length, complete: inside.length + outside.length };
}

/** The better a trial in the last objective to maximise, or in the first, the stronger its colour. */
function colourScale(data: StudyData, { isDark }: Theme): (index: number) => string {
  const { objectives } = data.head;
  const place = Math.max(
    0,
    objectives.findIndex(({ direction }) => direction === 'max'),
  );
  const sign = objectives[place]?.direction === 'max' ? 1 : -1;
  const column = data.values[place];
  const ranked = Array.from({ length: data.count }, (_, i) => column?.at(i) ?? Number.NaN).filter(Number.isFinite);
  ranked.sort((a, b) => sign * (a - b));
  const position = new Map(ranked.map((value, i) => [value, i / Math.max(1, ranked.length - 1)]));
  const [poor, good]: [Colour, Colour] = isDark
    ? [
        [74, 88, 104],
        [86, 194, 255],
      ]
    : [
        [196, 206, 216],
        [0, 98, 160],
      ];
  return (index) => {
    const share = (position.get(column?.at(index) ?? Number.NaN) ?? 0) ** 1.6;
    return `rgb(${poor.map((from, i) => Math.round(from + share * ((good[i] as number) - from))).join(' ')})`;
  };
}

type Colour = [number, number, number];

function drawAxisLines(
  pen: Pen,
  axes: readonly Axis[],
  { xOf, yOf, theme }: { xOf: (place: number) => number; yOf: (axis: Axis, value: number) => number; theme: Theme },
): void {
  const gap = axes.length > 1 ? xOf(1) - xOf(0) : 200;
  for (const [place, axis] of axes.entries()) {
    const x = Math.round(xOf(place)) + 0.5;
    pen.strokeStyle = theme.edge;
    pen.lineWidth = 1;
    strokeLine(pen, x, TOP, x, HEIGHT - BOTTOM);
    pen.font = `11px ${FONT}`;
    pen.textAlign = 'left';
    pen.textBaseline = 'middle';
    pen.lineJoin = 'round';
    for (const { at, text } of axis.ticks) {
      const y = yOf(axis, at);
      if (y < TOP - 1 || y > HEIGHT - BOTTOM + 1) continue;
      pen.lineWidth = 3;
      pen.strokeStyle = theme.paper;
      pen.strokeText(fit(pen, text, gap - 14), x + 5, y);
      pen.fillStyle = theme.quiet;
      pen.fillText(fit(pen, text, gap - 14), x + 5, y);
      pen.lineWidth = 1;
      pen.strokeStyle = theme.edge;
      strokeLine(pen, x - 3, Math.round(y) + 0.5, x + 3, Math.round(y) + 0.5);
    }
    pen.textAlign = 'center';
    pen.fillStyle = axis.isObjective ? theme.accent : theme.ink;
    pen.font = `${axis.isObjective ? '600 ' : ''}11.5px ${FONT}`;
    // A dotted or spaced name that is too long stands in as many lines as it has parts, three at most.
    const parts = axis.label.split(/[. ]/);
    const isLong = pen.measureText(axis.label).width > gap - 8;
    const lines =
      isLong && parts.length > 1 ? [...parts.slice(0, 2), parts.slice(2).join(' ')].filter(Boolean) : [axis.label];
    for (const [i, line] of lines.entries()) pen.fillText(fit(pen, line, gap - 6), x, 38 + (i + 1 - lines.length) * 14);
  }
}

/** The text, its middle left out where it is too long. */
function fit(pen: Pen, text: string, width: number): string {
  if (pen.measureText(text).width <= width) return text;
  for (let kept = text.length - 1; kept > 2; kept--) {
    const short = `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`;
    if (pen.measureText(short).width <= width) return short;
  }
  return text.slice(0, 2);
}

interface RangesProps {
  readonly axes: readonly Axis[];
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

/** The same ranges as numbers, for the keyboard, the screen reader and the fingertip. */
function Ranges({ axes, filter, onFilter }: RangesProps) {
  const brushed = axes.filter(({ key }) => filter.brushes.has(key));
  return (
    <div class="ranges">
      {brushed.map((axis) => {
        const [low, high] = filter.brushes.get(axis.key) as Range;
        const isLevels = axis.low === -0.5;
        const field = (name: string, value: number, change: (value: number) => Range) =>
          isLevels ? (
            <select
              aria-label={`${axis.label} ${name}`}
              value={String(
                Math.max(0, Math.min(axis.high - 0.5, name === 'from' ? Math.ceil(value) : Math.floor(value))),
              )}
              onChange={({ currentTarget }) =>
                onFilter(withBrush(filter, axis.key, change(Number(currentTarget.value))))
              }
            >
              {axis.ticks.map(({ at, text }) => (
                <option value={String(at)}>{text}</option>
              ))}
            </select>
          ) : (
            <input
              type="number"
              step="any"
              aria-label={`${axis.label} ${name}`}
              value={Number(value.toPrecision(5))}
              onChange={({ currentTarget }) =>
                onFilter(withBrush(filter, axis.key, change(Number(currentTarget.value))))
              }
            />
          );
        return (
          <span class="range">
            <b>{axis.label}</b> {field('from', low, (value) => sorted(value - (isLevels ? 0.4 : 0), high))} to{' '}
            {field('to', high, (value) => sorted(low, value + (isLevels ? 0.4 : 0)))}
            <button
              type="button"
              aria-label={`Remove the range of ${axis.label}`}
              onClick={() => onFilter(withBrush(filter, axis.key, null))}
            >
              ×
            </button>
          </span>
        );
      })}
      <label class="add">
        <span>{brushed.length === 0 ? 'Drag along an axis, or add a range of' : 'and'}</span>{' '}
        <select
          value=""
          onChange={({ currentTarget }) => {
            const axis = axes.find(({ key }) => key === currentTarget.value);
            currentTarget.value = '';
            if (axis !== undefined) onFilter(withBrush(filter, axis.key, [axis.low, axis.high]));
          }}
        >
          <option value="">choose …</option>
          {axes.map(({ key, label }) => (
            <option value={key}>{label}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

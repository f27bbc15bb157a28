import { isoTime } from '../analysis/trial-record.js';
import { element } from '../charts/svg/element.js';
import { createFrame } from '../charts/svg/frame.js';
import { dot, FRONT_COLOUR } from '../charts/svg/marks.js';
import type { StudyRecord } from '../store/study-record.js';
import { type ReportChart, thinned } from './chart.js';

const COLOURS: { readonly [state: string]: string } = {
  complete: '#0072b2',
  pruned: '#56b4e9',
  infeasible: '#e69f00',
  failed: '#d55e00',
};
const BINS = 24;

/** When trials were measured, and how long that took. */
export function timeCharts(study: StudyRecord): ReportChart[] {
  return [...timeline(study), ...durations(study)];
}

/** Bars from start to end, those that overlap above one another. */
function timeline({ finished, times }: StudyRecord): ReportChart[] {
  const bars = finished
    .flatMap(({ number, state }) => {
      const { startedAt = null, finishedAt = null } = times.get(number) ?? {};
      return startedAt === null || finishedAt === null ? [] : [{ number, state, from: startedAt, to: finishedAt }];
    })
    .sort((a, b) => a.from - b.from || a.number - b.number);
  if (bars.length === 0) return [];
  const begun = (bars[0] as (typeof bars)[number]).from;
  const ends: number[] = [];
  const placed = bars.map((bar) => {
    const free = ends.findIndex((end) => end <= bar.from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = bar.to;
    return { ...bar, lane };
  });
  const last = bars.reduce((most, { to }) => Math.max(most, to), begun);
  const [unit, name] = unitOfTime((last - begun) / 1000);
  const states = [...new Set(bars.map(({ state }) => state))].sort();
  const at = (time: number) => (time - begun) / 1000 / unit;
  return [
    {
      id: 'timeline',
      title: 'Timeline',
      caption:
        'Every bar is a trial from its start to its result; those that ran side by side stand above one another.',
      draw: (size) => {
        const lanes = ends.length;
        const frame = createFrame({
          ...size,
          height: Math.min(size.height, 150 + 22 * lanes),
          title: `When ${bars.length} trials were measured, ${lanes} at once at most`,
          xLabel: `${name} since ${isoTime(begun)?.slice(0, 16).replace('T', ' ')} UTC`,
          yLabel: 'at once',
          xs: [0, at(last)],
          ys: [0.5, lanes + 0.5],
          yTicks: thinned(
            Array.from({ length: lanes }, (_, i) => ({ at: i + 1, label: String(i + 1) })),
            8,
          ),
          legend: states.map((state) => ({ label: state, mark: dot([0, 0], COLOURS[state] ?? FRONT_COLOUR) })),
        });
        const height = Math.abs(frame.y.at(1) - frame.y.at(0)) * 0.7;
        return frame.draw(
          ...thinned(placed).map(({ state, from, to, lane }) => {
            const x = frame.x.at(at(from));
            const width = Math.max(0.8, frame.x.at(at(to)) - x - 0.4);
            const y = frame.y.at(lane + 1) - height / 2;
            return element('rect', { x, y, width, height, fill: COLOURS[state] ?? FRONT_COLOUR, 'fill-opacity': 0.8 });
          }),
        );
      },
      rows: [
        ['number', 'state', 'started', 'finished', 'lane'],
        ...placed.map(({ number, state, from, to, lane }) => [number, state, isoTime(from), isoTime(to), lane]),
      ],
    },
  ];
}

/** How often measuring took how long, on a logarithmic axis where times differ by more than a hundred times. */
function durations({ seconds }: StudyRecord): ReportChart[] {
  const taken = [...seconds].filter(([, spent]) => Number.isFinite(spent));
  const positive = taken.map(([, spent]) => spent).filter((spent) => spent > 0);
  if (positive.length === 0) return [];
  const low = positive.reduce((a, b) => Math.min(a, b));
  const high = positive.reduce((a, b) => Math.max(a, b));
  const isLog = high > 100 * low;
  const scale = isLog ? Math.log10 : (x: number) => x;
  const [from, to] = [scale(low), high > low ? scale(high) : scale(low) + (isLog ? 1 : low || 1)];
  const counts = new Array<number>(BINS).fill(0);
  for (const spent of positive) {
    const bin = Math.min(BINS - 1, Math.floor(((scale(spent) - from) / (to - from)) * BINS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const edge = (i: number) => from + (i / BINS) * (to - from);
  const decades = Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, i) => Math.ceil(from) + i);
  return [
    {
      id: 'durations',
      title: 'Durations',
      caption: 'What measuring took, failed trials included.',
      draw: (size) => {
        const frame = createFrame({
          ...size,
          title: `How long ${positive.length} measurements took`,
          xLabel: 'seconds',
          yLabel: 'trials',
          xs: [from, to],
          ys: [0, ...counts],
          ...(isLog ? { xTicks: decades.map((power) => ({ at: power, label: String(Number(`1e${power}`)) })) } : {}),
        });
        const foot = frame.y.at(0);
        return frame.draw(
          ...counts.map((count, i) => {
            const x = frame.x.at(edge(i));
            const top = frame.y.at(count);
            return element('rect', {
              x,
              y: top,
              width: frame.x.at(edge(i + 1)) - x - 1,
              height: foot - top,
              fill: FRONT_COLOUR,
            });
          }),
        );
      },
      rows: [['number', 'seconds'], ...taken],
    },
  ];
}

const unitOfTime = (seconds: number): readonly [number, string] =>
  seconds > 3 * 86_400
    ? [86_400, 'days']
    : seconds > 3 * 3600
      ? [3600, 'hours']
      : seconds > 180
        ? [60, 'minutes']
        : [1, 'seconds'];

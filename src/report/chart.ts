import { type Axis, unitOf } from '../analysis/axes.js';
import { shortNumber } from '../base/short-number.js';
import type { Size, Tick } from '../charts/svg/frame.js';

/** A picture of a report with the numbers behind it. */
export interface ReportChart {
  /** Also the name of its files. */
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly draw: (size: Size) => string;
  /** The header and a row a mark, for a CSV. */
  readonly rows: readonly (readonly unknown[])[];
}

/** Points that a picture shows at most; the numbers behind it are all there. */
const MOST_MARKS = 3000;

/** As they are, or evenly thinned. */
export function thinned<T>(items: readonly T[], most = MOST_MARKS): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)] as T);
}

export const isNarrow = ({ width }: Size): boolean => width < 500;

/** Where a place of an axis is drawn: from 0 to 1. A category has the middle of its share. */
export const drawnAt = (axis: Axis, place: number): number =>
  axis.kind === 'category' ? (place + 0.5) / axis.values.length : unitOf(axis, place);

/** Named places along an axis, as `drawnAt` has them. */
export function ticksOf(axis: Axis, most: number): Tick[] {
  if (axis.kind === 'category') {
    return thinned([...axis.values.entries()], most).map(([i, value]) => ({
      at: drawnAt(axis, i),
      label: typeof value === 'string' ? value : JSON.stringify(value),
    }));
  }
  const { low, high, isLog, labels, count } = axis;
  if (low === high) return [{ at: 0, label: labelOf(low) }];
  const decades = isLog ? Math.floor(Math.log10(high)) - Math.ceil(Math.log10(low)) + 1 : 0;
  if (decades >= Math.min(3, most)) {
    const first = Math.ceil(Math.log10(low));
    const powers = Array.from({ length: decades }, (_, i) => 10 ** (first + i));
    return thinned(powers, most).map((power) => ({ at: unitOf(axis, power), label: powerLabel(power) }));
  }
  const cells = Math.max(1, Math.min(most, count ?? Infinity) - 1);
  const values = Array.from({ length: cells + 1 }, (_, i) => {
    const exact = isLog ? low * (high / low) ** (i / cells) : low + (i / cells) * (high - low);
    if (isLog) return count === null ? exact : Math.round(exact);
    const step = (high - low) / ((count ?? Infinity) - 1);
    return step > 0 ? low + step * Math.round((exact - low) / step) : exact;
  });
  return [...new Set(values)].map((value) => ({ at: unitOf(axis, value), label: labelOf(value) }));

  function labelOf(value: number): string {
    const label = labels?.[Math.round(value)];
    return label === undefined ? shortNumber(Number(value.toPrecision(3))) : String(label);
  }
}

const powerLabel = (power: number): string =>
  power >= 1e-3 && power <= 1e4 ? String(Number(power.toPrecision(3))) : power.toExponential(0);

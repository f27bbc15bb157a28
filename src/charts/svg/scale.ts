/** Maps numbers to pixels along one axis. */
export interface Scale {
  at(value: number): number;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Distance of two ticks. */
  readonly step: number;
}

/** Share of the data's extent that is left free at both ends, so that marks do not touch the frame. */
const PADDING = 0.05;

/** A linear scale over the values (pixels `from` to `to`), with about `count` ticks at round numbers. */
export function createScale(
  values: readonly number[],
  from: number,
  to: number,
  { count = 6, integer = false, padding = PADDING }: { count?: number; integer?: boolean; padding?: number } = {},
): Scale {
  const finite = values.filter(Number.isFinite);
  const smallest = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const largest = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const extent = largest > smallest ? largest - smallest : Math.abs(largest) || 1;
  const low = finite.length === 0 ? 0 : smallest - (largest > smallest ? padding : 0.5) * extent;
  const high = finite.length === 0 ? 1 : largest + (largest > smallest ? padding : 0.5) * extent;
  const step = integer ? Math.max(1, niceStep(high - low, count)) : niceStep(high - low, count);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return { at: (value) => from + ((value - low) / (high - low)) * (to - from), low, high, ticks, step };
}

/** 1, 2, 2.5 or 5 times a power of ten. */
function niceStep(extent: number, count: number): number {
  const raw = extent / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => raw <= candidate * power * (1 + 1e-9)) ?? 10;
  return factor * power;
}

/** A tick's label with as many decimals as the step needs; millions and thousands by letter. */
export function formatTick(value: number, step: number, largest: number): string {
  const [unit, letter] =
    largest >= 1e9 ? [1e9, ' G'] : largest >= 1e6 ? [1e6, ' M'] : largest >= 2e4 ? [1e3, ' k'] : [1, ''];
  return `${minus((value / unit).toFixed(decimals(step / unit)))}${value === 0 ? '' : letter}`;
}

/** Parameters as people say them: 5.74 M, 995 k, 64. */
export function formatCount(count: number): string {
  if (count >= 999_500) return `${(count / 1e6).toFixed(2)} M`;
  return count >= 9_950 ? `${(count / 1e3).toFixed(0)} k` : String(Math.round(count));
}

export const formatPercent = (share: number): string => `${minus((share * 100).toFixed(0))} %`;

export const formatIou = (iou: number): string => minus(iou.toFixed(3));

export const formatDelta = (delta: number): string => {
  const digits = delta.toFixed(3);
  return /^-?0\.000$/.test(digits) ? '0.000' : `${delta > 0 ? '+' : ''}${minus(digits)}`;
};

/** A true minus sign instead of the hyphen. */
const minus = (digits: string): string => digits.replace('-', '−');

function decimals(step: number): number {
  for (let digits = 0; digits < 8; digits++) {
    if (Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6) return digits;
  }
  return 8;
}

const METRIC_LABELS: { readonly [metric: string]: string } = {
  meanIou: 'mIoU',
  encoderParameters: 'encoder parameters',
  macs: 'encoder MACs',
  latencyMs: 'encoder latency (ms)',
};

/** How a metric is called on an axis. */
export const metricLabel = (metric: string): string => METRIC_LABELS[metric] ?? metric;

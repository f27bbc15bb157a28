const LABELS: { readonly [metric: string]: string } = {
  meanIou: 'mIoU',
  encoderParameters: 'encoder parameters',
  macs: 'encoder MACs',
  latencyMs: 'encoder latency (ms)',
};

/** How a metric is called on an axis. */
export const metricLabel = (metric: string): string => LABELS[metric] ?? metric;

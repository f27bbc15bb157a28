import { formatCount, metricLabel } from '../../charts/svg/format.js';
import type { Objective } from '../../core/objective.js';

/** A value as people read it: counts with letters, else four significant digits. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value)) return Math.abs(value) >= 100_000 ? formatCount(value) : value.toLocaleString('en-US');
  const size = Math.abs(value);
  if (size >= 100_000) return formatCount(value);
  if (size < 1e-4) return value.toExponential(2);
  return Number(value.toPrecision(4)).toLocaleString('en-US', { maximumFractionDigits: 8 });
}

export const formatWhole = (value: number): string => value.toLocaleString('en-US');

export const formatShare = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${seconds.toFixed(1)} s`;
  return seconds < 5400 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** An objective as an axis is called. */
export const objectiveLabel = ({ metric, direction }: Objective): string =>
  `${metricLabel(metric)} (${direction === 'max' ? 'more' : 'less'} is better)`;

export { metricLabel };

/** A technique without what it is made of, and what it is a part of: `bandit/tpe`, not the arms' options; of a deeper nest the inmost two. */
export const shortTechnique = (name: string): string => {
  const plain = name.replace(/\([^)]*\)/g, '').replace(/:.*(?=\/)|:.*$/g, '');
  return plain.split('/').slice(-2).join('/');
};

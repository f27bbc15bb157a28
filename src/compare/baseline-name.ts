import type { ComparisonProblem } from './comparison.js';

/** What the line of the baseline is called in tables and pictures. */
export const baselineName = ({ baselineFrom }: Pick<ComparisonProblem, 'baselineFrom'>): string =>
  baselineFrom === 'table' ? 'random search, expected' : 'baseline: mean of random';

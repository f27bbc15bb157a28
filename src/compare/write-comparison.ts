import { join } from 'node:path';
import { writeAtomically } from '../base/write-atomically.js';
import type { ComparisonProblem, ComparisonRow, ComparisonSummary } from './comparison.js';
import { comparisonCsv } from './comparison-csv.js';
import { comparisonHtml } from './comparison-html.js';
import { comparisonMarkdown } from './comparison-markdown.js';
import { comparisonTable } from './comparison-table.js';
import { criticalDifferenceChart } from './critical-difference-chart.js';
import { curvesChart } from './curves-chart.js';

/** Writes everything a comparison leaves beside its database; returns the file names and the table for a terminal. */
export async function writeComparison(
  folder: string,
  problem: ComparisonProblem,
  rows: readonly ComparisonRow[],
  summary: ComparisonSummary,
  command: string,
): Promise<{ readonly names: readonly string[]; readonly table: string }> {
  const { baseline, ...facts } = problem;
  const order = summary.techniques.map(({ technique }) => technique);
  const scored = baseline !== null && problem.optimum !== null;
  const charts = {
    scores: scored ? curvesChart(problem, rows, order, 'score') : '',
    curves: curvesChart(problem, rows, order, 'reached'),
    criticalDifference: criticalDifferenceChart(summary, problem.trials),
  };
  const files: readonly (readonly [name: string, content: string])[] = [
    ['comparison.json', json({ ...facts, rows, summary })],
    ['comparison.csv', comparisonCsv(rows, summary.checkpoints)],
    ['comparison.md', comparisonMarkdown(problem, summary)],
    ['comparison.html', comparisonHtml(problem, summary, charts, command)],
    ['scores.svg', charts.scores],
    ['curves.svg', charts.curves],
    ['critical-difference.svg', charts.criticalDifference],
  ];
  const written = files.filter(([, content]) => content !== '');
  for (const [name, content] of written) await writeAtomically(join(folder, name), content);
  return { names: written.map(([name]) => name), table: aligned(comparisonTable(problem, summary)) };
}

/** One row a line, so that the file can be read and compared. */
function json({ rows, ...rest }: { readonly rows: readonly ComparisonRow[]; readonly [key: string]: unknown }): string {
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  return `${head},\n  "rows": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]\n}\n`;
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}

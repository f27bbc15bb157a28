import { join } from 'node:path';
import { writeAtomically } from '../base/files.js';
import type { ComparisonProblem, ComparisonRow, ComparisonSummary } from './comparison.js';
import { curvesChart, intervalsChart } from './comparison-charts.js';
import { comparisonHtml } from './comparison-html.js';
import { alignedTable, comparisonCsv, comparisonMarkdown, comparisonTable } from './comparison-text.js';

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
    intervals: intervalsChart(problem, summary),
  };
  const files: readonly (readonly [name: string, content: string])[] = [
    ['comparison.json', json({ ...facts, rows, summary })],
    ['comparison.csv', comparisonCsv(rows, summary.checkpoints)],
    ['comparison.md', comparisonMarkdown(problem, summary)],
    ['comparison.html', comparisonHtml(problem, summary, charts, command)],
    ['scores.svg', charts.scores],
    ['curves.svg', charts.curves],
    ['intervals.svg', charts.intervals],
  ];
  const written = files.filter(([, content]) => content !== '');
  for (const [name, content] of written) await writeAtomically(join(folder, name), content);
  return { names: written.map(([name]) => name), table: alignedTable(comparisonTable(problem, summary)) };
}

/** One row a line, so that the file can be read and compared. */
function json({ rows, ...rest }: { readonly rows: readonly ComparisonRow[]; readonly [key: string]: unknown }): string {
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  return `${head},\n  "rows": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]\n}\n`;
}

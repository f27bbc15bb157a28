import type { ComparisonProblem, ComparisonSummary } from './comparison.js';
import { comparisonTable, type TextTable } from './comparison-table.js';
import { describeComparison } from './describe-comparison.js';
import { testsTable } from './tests-table.js';

export function comparisonMarkdown(problem: ComparisonProblem, summary: ComparisonSummary): string {
  return [
    `# Comparison on ${problem.space}`,
    ...describeComparison(problem, summary),
    markdownTable(comparisonTable(problem, summary)),
    ...(summary.techniques.length < 2
      ? []
      : [
          '## Tests',
          "Wilcoxon's signed-rank test, paired by seed, corrected by Holm for all pairs at that number of trials.",
          markdownTable(testsTable(summary)),
        ]),
  ]
    .join('\n\n')
    .concat('\n');
}

function markdownTable([header = [], ...lines]: TextTable): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(header), row(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...lines.map(row)].join('\n');
}

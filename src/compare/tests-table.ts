import type { ComparisonSummary } from './comparison.js';
import type { TextTable } from './comparison-table.js';

/** The best technique against each other one, at every checkpoint: what Wilcoxon's test says after Holm's correction. */
export function testsTable({ techniques, tests, checkpoints }: ComparisonSummary): TextTable {
  const best = techniques[0]?.technique;
  const others = techniques.slice(1).map(({ technique }) => technique);
  return [
    [`${best} against`, 'pairs', ...checkpoints.map((step) => `at ${step}`)],
    ...others.map((other) => {
      const own = checkpoints.map((step) =>
        tests.find(
          ({ trials, a, b }) => trials === step && ((a === best && b === other) || (a === other && b === best)),
        ),
      );
      const verdict = (test: (typeof own)[number]) =>
        test === undefined ? '' : `${test.better === best ? 'better' : 'worse'}, p ${probability(test.pHolm)}`;
      return [other, String(own[0]?.pairs ?? ''), ...own.map(verdict)];
    }),
  ];
}

const probability = (p: number) => (p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`);

import { htmlPage, scrollBox } from '../charts/html-page.js';
import { element, text } from '../charts/svg/element.js';
import type { ComparisonProblem, ComparisonSummary } from './comparison.js';
import {
  ABOUT_TESTS,
  comparisonTable,
  describeComparison,
  type TextTable,
  testsTable,
  verdict,
} from './comparison-text.js';

/** The pictures of a comparison, each a whole SVG or empty. */
export interface ComparisonCharts {
  readonly scores: string;
  readonly curves: string;
  readonly intervals: string;
}

/** The comparison as one page, pictures inside. */
export function comparisonHtml(
  problem: ComparisonProblem,
  summary: ComparisonSummary,
  charts: ComparisonCharts,
  command: string,
): string {
  return htmlPage(
    `Comparison on ${problem.space}`,
    element(
      'main',
      {},
      element('h1', {}, text(`Comparison on ${problem.space}`)),
      element('p', { class: 'headline' }, text(verdict(problem, summary))),
      ...describeComparison(problem).map((paragraph) => element('p', { class: 'quiet' }, text(paragraph))),
      table('Techniques', comparisonTable(problem, summary)),
      picture('Normalised score', charts.scores),
      picture('What was reached', charts.curves),
      picture('Intervals', charts.intervals),
      summary.techniques.length < 2
        ? ''
        : element(
            'section',
            {},
            element('h2', {}, 'Tests'),
            element('p', { class: 'quiet' }, text(ABOUT_TESTS)),
            table('Tests', testsTable(summary)),
          ),
      element('h2', {}, 'How to get this again'),
      element('pre', {}, text(command)),
    ),
  );
}

const picture = (title: string, svg: string) =>
  svg === '' ? '' : element('section', {}, element('h2', {}, text(title)), element('figure', {}, svg));

function table(label: string, [header = [], ...lines]: TextTable): string {
  const head = header.map((cell, i) => element('th', { scope: 'col', ...(i === 0 && { class: 'name' }) }, text(cell)));
  const body = lines.map((cells) =>
    element(
      'tr',
      {},
      ...cells.map((cell, i) =>
        i === 0 ? element('th', { scope: 'row', class: 'name' }, text(cell)) : element('td', {}, text(cell)),
      ),
    ),
  );
  return scrollBox(
    label,
    element(
      'table',
      { class: 'wrapped' },
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...body),
    ),
  );
}

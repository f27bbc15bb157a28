import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ComparisonProblem, ComparisonRow } from '../../../src/compare/comparison.js';
import { curvesChart, intervalsChart } from '../../../src/compare/comparison-charts.js';
import { comparisonHtml } from '../../../src/compare/comparison-html.js';
import { summarise } from '../../../src/compare/summarise.js';
import { tableLines } from '../../../src/supernet/report/controls-table.js';
import { renderReport } from '../../../src/supernet/report/html.js';
import { hasBrowser, launchBrowser } from '../../browser.js';
import { sampleReport } from './sample-report.js';

/** Texts whose contrast with what lies behind them is below 4.5 (WCAG AA); pictures are left out. */
const FAINT_TEXTS = `(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = numbers(colour).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    const colour = node === null ? 'rgb(255, 255, 255)' : getComputedStyle(node).backgroundColor;
    return node === null || numbers(colour)[3] !== 0 ? colour : behind(node.parentElement);
  };
  return [...document.querySelectorAll('body *:not(svg *)')]
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== ''))
    .flatMap((node) => {
      const [a, b] = [luminance(getComputedStyle(node).color), luminance(behind(node))].sort((x, y) => y - x);
      return (a + 0.05) / (b + 0.05) < 4.5 ? [node.outerHTML.slice(0, 80)] : [];
    });
})()`;

/** Texts of pictures that reach over the picture's edge. */
const CLIPPED_TEXTS = `[...document.querySelectorAll('svg text')].flatMap((node) => {
  const [text, frame] = [node.getBoundingClientRect(), node.ownerSVGElement.getBoundingClientRect()];
  const out = text.left < frame.left - 1 || text.right > frame.right + 1 || text.top < frame.top - 1 || text.bottom > frame.bottom + 1;
  return out ? [node.textContent] : [];
})`;

const problem: ComparisonProblem = {
  ...{
    space: 'gemm',
    oracle: 'table',
    objectives: [{ metric: 'milliseconds', direction: 'min' }],
    trials: 500,
    seeds: 5,
  },
  ...{ reference: null, optimum: 1, worst: 99, baseline: null, baselineFrom: null },
};

function comparisonPage(): string {
  const techniques = [
    'random',
    'bandit:arms=greedy-mutation+regularized-evolution+tpe(candidates=24,gamma=0.25)',
    'tpe',
  ];
  const rows = techniques.flatMap((technique, i) =>
    [1, 2, 3, 4, 5].map(
      (seed): ComparisonRow => ({
        ...{
          technique,
          seed,
          improvements: [
            [1, 50],
            [60 + 9 * seed, 12 - i],
            [300, 9 - i - seed / 10],
          ],
        },
        ...{ at: { 50: 50, 100: 12 - i, 200: 12 - i, 500: 9 - i - seed / 10 } },
        ...{ illegalShare: 0.1, repeatedShare: 0.2, infeasibleShare: 0, engineSeconds: 3 },
      }),
    ),
  );
  const whole = {
    ...problem,
    baseline: Array.from({ length: 500 }, (_, i) => 20 - i / 100),
    baselineFrom: 'table' as const,
  };
  const summary = summarise(whole, rows);
  const curves = (kind: 'score' | 'reached') => curvesChart(whole, rows, techniques, kind);
  const charts = { scores: curves('score'), curves: curves('reached'), intervals: intervalsChart(whole, summary) };
  return comparisonHtml(whole, summary, charts, `supersam compare ${techniques.join(',')} --trials 500`);
}

describe.skipIf(!hasBrowser)('the page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser.close());

  it('asks for nothing from elsewhere, complains about nothing and shows every line of the table', async () => {
    const input = sampleReport();
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    const asked: string[] = [];
    const said: string[] = [];
    const html = await renderReport(input);
    page.on('request', (request) => request.url().startsWith('data:') || asked.push(request.url()));
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto('http://report.test/');
    expect(asked).toEqual(['http://report.test/']);
    expect(said).toEqual([]);

    const first = page.locator('table.numbers').first();
    const names = await first.locator('tbody th').allInnerTexts();
    const lines = tableLines(input.rows, 'test', 'single');
    expect(names).toEqual(lines.map(({ name, members }) => (members > 1 ? `${name} (mean of ${members})` : name)));
    const cells = await first.locator('tbody tr').nth(0).locator('td').allInnerTexts();
    expect(cells[3]).toContain(lines[0]?.scores.box?.meanIou.toFixed(3));

    // One table stands open; what is missed and the tables of the other masks are folded until asked for.
    expect(await page.locator('details').count()).toBe(3);
    expect(await page.locator('details[open]').count()).toBe(0);
    expect(await page.locator('table.numbers:visible').count()).toBe(1);
    await page.getByText('Mask of best predicted IoU').click();
    expect(await page.locator('table.numbers:visible').count()).toBe(2);

    const images = await page.locator('img').evaluateAll((all) =>
      all.map((image) => {
        const { alt, naturalWidth } = image as unknown as { alt: string; naturalWidth: number };
        return { alt, naturalWidth };
      }),
    );
    expect(images).toHaveLength(6);
    for (const { alt, naturalWidth } of images) {
      expect(alt).not.toBe('');
      expect(naturalWidth).toBeGreaterThan(0);
    }
    await page.close();
  }, 60_000);

  it.each(['report', 'comparison'])(
    'the %s fits a phone and a desk, in the light and in the dark',
    async (kind) => {
      const html = kind === 'report' ? await renderReport(sampleReport()) : comparisonPage();
      for (const [width, colorScheme] of [
        [375, 'light'],
        [1280, 'dark'],
      ] as const) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        await page.setContent(html);
        await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        expect(await page.evaluate(FAINT_TEXTS)).toEqual([]);
        expect(await page.evaluate(CLIPPED_TEXTS)).toEqual([]);
        const dark = await page.evaluate('getComputedStyle(document.querySelector("main")).backgroundColor');
        expect(dark === 'rgb(255, 255, 255)').toBe(colorScheme === 'light');
        const wide = await page.evaluate(
          "[...document.querySelectorAll('.scroll')].map((box) => box.scrollWidth - box.clientWidth)",
        );
        // On a desk no table needs to be scrolled; on a phone those with numbers do, the name column stays.
        if (width === 1280) expect(wide).toEqual((wide as number[]).map(() => 0));
        else {
          const moved = await page.evaluate(`(() => {
            const box = document.querySelector('.scroll');
            box.scrollLeft = 150;
            return box.querySelector('tbody th').getBoundingClientRect().left - box.getBoundingClientRect().left;
          })()`);
          expect(Math.abs(moved as number)).toBeLessThan(2);
        }
        const widths = await page.evaluate(
          `[...document.querySelectorAll('section > figure > svg, section > .scroll')].map((node) => node.clientWidth)`,
        );
        if (width === 1280) expect(new Set(widths as number[]).size).toBe(1);
        const shots = process.env['SUPERSAM_SCREENSHOTS'];
        if (shots !== undefined) await page.screenshot({ path: `${shots}/${kind}-${width}.png`, fullPage: true });
        await page.close();
      }
    },
    60_000,
  );
});

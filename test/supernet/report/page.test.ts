import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { tableLines } from '../../../src/supernet/report/controls-table.js';
import { renderReport } from '../../../src/supernet/report/html.js';
import { sampleReport } from './sample-report.js';

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

describe.skipIf(BROWSER === undefined)('the page in a browser', () => {
  it('asks for nothing from elsewhere, complains about nothing and shows every line of the table', async () => {
    const input = sampleReport();
    const browser = await chromium.launch({
      executablePath: BROWSER as string,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    try {
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
      expect(await page.locator('tr.chosen').count()).toBe(3 * input.chosen.length);
      const cells = await first.locator('tbody tr').nth(0).locator('td').allInnerTexts();
      expect(cells[3]).toContain(lines[0]?.scores.box?.meanIou.toFixed(3));

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
      // Nothing is wider than the page.
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    } finally {
      await browser.close();
    }
  });
});

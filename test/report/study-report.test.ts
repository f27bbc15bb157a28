import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../src/base/csv.js';
import { readOptuna } from '../../src/interop/optuna.js';
import { storeForeignStudy } from '../../src/interop/store-study.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { hasBrowser, launchBrowser } from '../browser.js';
import { runCommand } from '../cli/run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-report-'));
const db = join(folder, 's.db');
const at = (...path: readonly string[]) => join(folder, ...path);
const csv = (report: string, chart: string) => [...readCsv(readFileSync(at(report, 'charts', `${chart}.csv`), 'utf8'))];

beforeAll(async () => {
  {
    using store = openSqliteStore(db);
    for (const study of readOptuna(join(import.meta.dirname, '../assets/optuna/study.db'), ['mixed', 'pair'])) {
      storeForeignStudy(store, study);
    }
  }
  await runCommand('report', `${db}:mixed`, '--output', at('mixed'), '--contour', 'kind,depth');
  await runCommand('report', `${db}:pair`, '--output', at('pair'));
}, 60_000);

it('has a picture of everything, as SVG and PNG, with the numbers behind it', async () => {
  const one = ['contour-0', 'durations', 'edf-0', 'history', 'importance', 'parallel', 'slices-0', 'timeline'];
  const names = (report: string) => [
    ...new Set(readdirSync(at(report, 'charts')).map((file) => file.replace(/\.\w+$/, ''))),
  ];
  expect(names('mixed').sort()).toEqual(one);
  expect(names('pair').sort()).toEqual([...one, 'contour-1', 'edf-1', 'front', 'slices-1'].sort());
  for (const name of one) {
    const { format, width } = await sharp(at('mixed', 'charts', `${name}.png`)).metadata();
    expect([format, width]).toEqual(['png', 1720]);
    expect(readFileSync(at('mixed', 'charts', `${name}.svg`), 'utf8')).toMatch(/^<svg /);
  }
  expect(csv('mixed', 'history')).toHaveLength(81);
  expect(csv('mixed', 'timeline')).toHaveLength(81);
  // Three kinds by five depths.
  expect(csv('mixed', 'contour-0')).toHaveLength(16);
  expect(csv('mixed', 'edf-0').at(-1)?.[1]).toBe('1');
  expect(csv('pair', 'front').filter(([, , , , member]) => member === 'true').length).toBeGreaterThan(5);
  expect(JSON.parse(readFileSync(at('mixed', 'report.json'), 'utf8'))).toMatchObject({
    name: 'mixed',
    trials: { complete: 70 },
  });
});

it('needs nothing beside it, says what failed, and names the way on', () => {
  const page = readFileSync(at('mixed', 'report.html'), 'utf8');
  expect(page).not.toMatch(/<script|src="(?!data:)|url\(/);
  for (const text of ['70 complete, 10 failed', 'pruned at step 1', 'decay', '--warm-start'])
    expect(page).toContain(text);
});

it('refuses a contour of what is not there, a folder of others, and draws a study without a complete trial', async () => {
  await expect(runCommand('report', `${db}:mixed`, '--output', at('x'), '--contour', 'kind,widht')).rejects.toThrow(
    /Did you mean "width"/,
  );
  await expect(runCommand('report', `${db}:mixed`, '--output', folder)).rejects.toThrow(/holds/);
  const [first] = readOptuna(join(import.meta.dirname, '../assets/optuna/study.db'), ['mixed']);
  if (first === undefined) throw new Error('nothing read');
  {
    using store = openSqliteStore(at('failed.db'));
    const failed = first.trials.filter(({ measurement }) => measurement.state === 'failed');
    storeForeignStudy(store, { ...first, trials: failed });
  }
  await runCommand('report', at('failed.db'));
  expect(readFileSync(at('failed-mixed-report', 'report.html'), 'utf8')).toContain('Nothing was measured yet.');
  expect(existsSync(at('x'))).toBe(false);
});

describe.skipIf(!hasBrowser)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  const open = async (report: string, width: number, colorScheme: 'light' | 'dark') => {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    await page.goto(pathToFileURL(at(report, 'report.html')).href);
    return page;
  };

  it.each(['mixed', 'pair'])(
    'every picture of %s can be read at 375 pixels and at 1280',
    async (report) => {
      for (const width of [375, 1280]) {
        const page = await open(report, width, 'light');
        const texts = (await page.evaluate(`[...document.querySelectorAll('figure svg text')].flatMap((node) => {
        const root = [...document.querySelectorAll('figure > div > svg')].find((svg) => svg.contains(node));
        const [box, frame] = [node.getBoundingClientRect(), root.getBoundingClientRect()];
        if (frame.width === 0) return [];
        const size = parseFloat(node.getAttribute('font-size')) * frame.width / root.viewBox.baseVal.width;
        const isInside = box.left >= frame.left - 1 && box.right <= frame.right + 1 && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
        return [{ text: node.textContent, size, isInside }];
      })`)) as { readonly text: string; readonly size: number; readonly isInside: boolean }[];
        expect(texts.length).toBeGreaterThan(50);
        expect(texts.filter(({ size, isInside }) => size < 11 || !isInside)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        await page.close();
      }
    },
    60_000,
  );

  it('is dark where the system is: ground and ink of the pictures, too', async () => {
    const page = await open('pair', 1280, 'dark');
    const colours =
      (await page.evaluate(`['figure .wide svg > rect', 'figure .wide svg text', 'main'].map((selector) => {
      const style = getComputedStyle(document.querySelector(selector));
      return selector === 'main' ? style.backgroundColor : style.fill;
    })`)) as string[];
    expect(colours[0]).toBe(colours[2]);
    const bright = (colour: string | undefined) => Number(/\d+/.exec(colour ?? '')?.[0]);
    expect(bright(colours[0])).toBeLessThan(60);
    expect(bright(colours[1])).toBeGreaterThan(120);
    await page.close();
  });
});

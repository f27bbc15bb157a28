import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trialsCsv } from '../../src/cli/trial-table.js';
import { type Dashboard, serveDashboard } from '../../src/dashboard/serve.js';
import { openSqliteStore, readStudies } from '../../src/store/sqlite.js';
import { hasBrowser, launchBrowser } from '../browser.js';
import { definition, newFolder, sampleTrials, writeStudy } from './sample-studies.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const main = join(import.meta.dirname, '../../dist/src/cli/main.js');

describe.skipIf(!hasBrowser)('the live page in a browser', () => {
  const folder = newFolder();
  const db = join(folder, 'nuclei.db');
  let browser: Browser;
  let dashboard: Dashboard;
  beforeAll(async () => {
    writeStudy(db, 'nuclei', sampleTrials(120));
    writeStudy(join(folder, 'other.db'), 'other', sampleTrials(60, 2));
    dashboard = await serveDashboard({ paths: [folder], host: '127.0.0.1', port: 0 });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await dashboard?.close();
  });

  /** A page that has the study open; what went wrong in it. */
  async function open(
    view = '',
    options: Parameters<Browser['newPage']>[0] = {},
  ): Promise<{ page: Page; faults: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    // A machine that has other work to do is slow, not wrong.
    page.setDefaultTimeout(100_000);
    const faults: string[] = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(dashboard.url);
    await page.getByRole('link', { name: /nuclei/ }).click();
    if (view !== '') await page.getByRole('tab', { name: view }).click();
    await page.locator('.panel').first().waitFor();
    return { page, faults };
  }
  /** Where the marks of the first such canvas are, in the middle; null when it is empty. */
  const marks = (page: Page, selector: string) =>
    page.evaluate(`(() => {
      const canvas = document.querySelector('${selector}');
      const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let [x, y, n] = [0, 0, 0];
      for (let i = 0; i < data.length / 4; i++) if (data[4 * i + 3] > 0) { x += i % width; y += Math.floor(i / width); n++; }
      return n === 0 ? null : { x: x / n, y: y / n };
    })()`) as Promise<{ readonly x: number; readonly y: number } | null>;

  /** What axe finds; run by the driver, which the page's policy does not bind. */
  async function violations(page: Page): Promise<string[]> {
    const found = (await page.evaluate(`${AXE}; axe.run()`)) as {
      violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
    };
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
    );
  }

  it('shows a study: facts, front, techniques, failures with what they said', async () => {
    const { page, faults } = await open();
    await page.getByRole('heading', { name: 'nuclei', level: 1 }).waitFor();
    expect(await page.locator('.facts').innerText()).toMatch(/trials\s+120\s+12 without a value/);
    expect(await page.getByRole('img', { name: /^108 trials, \d+ on the front: mIoU/ }).count()).toBe(1);
    expect(await marks(page, '.front canvas')).not.toBeNull();
    const lines = await page.locator('.techniques tbody tr').allInnerTexts();
    expect(lines.map((line) => line.split(/\s/)[0])).toEqual(['bandit/tpe', 'bandit/random']);
    // A message is text, whatever stands in it, and messages that differ in a number are one.
    expect(await page.locator('.failures code').allInnerTexts()).toEqual(['out of memory <b>at</b> 9']);
    expect(await page.locator('.failures').innerText()).toContain('12 times, first trial 9');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('shows the trial that is clicked, and walks along the front by keys', async () => {
    const { page, faults } = await open();
    const heading = page.locator('.inspector h2');
    const last = await heading.innerText();
    const picture = page.getByRole('img', { name: /on the front/ });
    await picture.focus();
    await page.keyboard.press('Home');
    const first = await heading.innerText();
    expect(first).not.toBe(last);
    await page.keyboard.press('End');
    expect(await heading.innerText()).not.toBe(first);
    expect(await page.locator('.blocks figcaption').innerText()).toMatch(/\d of 3 elastic pieces kept/);
    await expect.poll(() => marks(page, 'canvas.over')).not.toBeNull();
    const there = await marks(page, 'canvas.over');
    await page.keyboard.press('Home');
    await expect.poll(() => marks(page, 'canvas.over')).not.toEqual(there);

    // The chosen trial has a ring: there it can be clicked, too.
    const ring = await marks(page, 'canvas.over');
    await page.keyboard.press('End');
    const box = await picture.boundingBox();
    await page.mouse.click((box?.x ?? 0) + (ring?.x ?? 0), (box?.y ?? 0) + (ring?.y ?? 0));
    await page.mouse.move(5, 5);
    expect(await heading.innerText()).toBe(first);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('takes the front back to what it was', async () => {
    const { page } = await open();
    const size = async () => Number(/front of (\d+)/.exec(await page.locator('.front .legend').innerText())?.[1]);
    const whole = await size();
    await page.getByRole('slider').fill('5');
    expect(await size()).toBeLessThan(whole);
    expect(await page.locator('.scrub').innerText()).toContain('After trial 5');
    await page.close();
  });

  it('chooses trials by ranges: by dragging along an axis, by the keyboard, in every view', async () => {
    const { page, faults } = await open('Parameters');
    expect(await page.locator('.parallel .legend').innerText()).toContain('108 of 108 complete trials');
    const axis = page.locator('[data-axis="stage1.block0.mlp"]');
    const box = await axis.boundingBox();
    if (box === null) throw new Error('no axis');
    const x = box.x + box.width / 2;
    await page.mouse.move(x, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(x, box.y + box.height * 0.4, { steps: 4 });
    await page.mouse.up();
    const large = sampleTrials(120).filter(
      ({ state, configuration }) => state === 'complete' && Number(configuration['stage1.block0.mlp']) >= 256,
    );
    await page.getByText(`${large.length} of 108 complete trials`).waitFor();

    // The same range as words, one end of it changed.
    await page.getByLabel('stage1.block0.mlp from').selectOption('512');
    const largest = large.filter(({ configuration }) => configuration['stage1.block0.mlp'] === 512);
    await page.getByText(`${largest.length} of 108 complete trials`).waitFor();
    await page.getByRole('tab', { name: 'Trials' }).click();
    const failed = sampleTrials(120).filter(({ configuration }) => configuration['stage1.block0.mlp'] === 512);
    expect(await page.locator('.trials .legend').innerText()).toBe(`${failed.length} of 120 trials`);
    await page.getByRole('tab', { name: 'Parameters' }).click();
    await page.getByRole('button', { name: 'Clear ranges' }).click();
    await page.getByText('108 of 108 complete trials').waitFor();
    await page.locator('.weights li').nth(5).waitFor();
    expect(await page.locator('.weights li').count()).toBe(6);
    // The other method answers, too.
    await page.getByRole('button', { name: 'fANOVA' }).click();
    await page.getByText('over 108 complete trials').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('downloads the table that the command line prints', async () => {
    const { page } = await open('Trials');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('nuclei.csv');
    using reader = readStudies(db);
    const study = reader.read('nuclei');
    if (study === undefined) throw new Error('no study');
    expect(readFileSync(await file.path(), 'utf8')).toBe(trialsCsv(study));
    await page.close();
  });

  it('lays studies over one another', async () => {
    const { page, faults } = await open('Compare');
    await page.getByLabel('other').check();
    await page.locator('.sums tbody tr').nth(1).waitFor();
    expect(await page.locator('.sums tbody th').allInnerTexts()).toEqual([' nuclei', ' other']);
    expect(await marks(page, '.fronts canvas')).not.toBeNull();
    // The address says it: a link leads to the same picture.
    await page.reload();
    await page.locator('.sums tbody tr').nth(1).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('grows while a search runs', async () => {
    const [space, oracle] = [join(folder, 'space.json'), join(folder, 'measure.mjs')];
    writeFileSync(
      space,
      JSON.stringify({ name: 'p', parameters: [{ name: 'x', type: 'integer', min: 0, max: 1000 }] }),
    );
    writeFileSync(
      oracle,
      'export default async ({ configuration: { x } }) => { await new Promise((done) => setTimeout(done, 100)); return { error: x }; };',
    );
    const { page, faults } = await open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const search = spawn(process.execPath, [
      ...[main, 'search', '--space', space, '--oracle', `module:${oracle}`, '--objective', 'error:min'],
      ...['--trials', '3000', '--technique', 'random', '--study', join(folder, 'new.db'), '--name', 'fresh'],
    ]);
    const isOver = once(search, 'exit');
    await page.getByRole('link', { name: /fresh/ }).click();
    await page.getByRole('heading', { name: 'fresh', level: 1 }).waitFor();
    const count = async () => Number(await page.locator('.facts dd').first().innerText());
    // As they come, not when all is over: the search ends once that was seen.
    const seen = new Set<number>();
    while (search.exitCode === null && seen.size < 6) {
      seen.add(await count());
      await page.waitForTimeout(50);
    }
    expect(search.exitCode).toBe(null);
    search.kill('SIGINT');
    await isOver;
    using studies = readStudies(join(folder, 'new.db'));
    const stored = studies.read('fresh')?.finished.length;
    await page
      .locator('.facts dd')
      .first()
      .filter({ hasText: new RegExp(`^${stored}$`) })
      .waitFor({ timeout: 120_000 });
    await page.getByText('at rest').waitFor({ timeout: 120_000 });
    // It grew by what came, not by being read whole again.
    expect(asked.filter((path) => /^\/api\/studies\/[\w-]+$/.test(path))).toHaveLength(1);
    expect(faults).toEqual([]);
    await page.close();
  }, 400_000);

  it('shows who measures while somebody does', async () => {
    using store = openSqliteStore(join(folder, 'far.db'));
    const log = store.claim(definition('far'), {});
    log.begin(sampleTrials(30), []);
    const workers = ['w1', 'w2'].map((name) => ({ name, host: `node-${name}`, slots: 4, jobsPerMinute: 7.5 }));
    log.showFleet({ workers, waiting: 3 });
    const { page, faults } = await open();
    await page.getByRole('link', { name: /far/ }).click();
    await page.getByRole('row', { name: 'w2 node-w2 4 7.5' }).waitFor();
    await page.getByText('8 at once, 15 jobs a minute; 3 jobs wait').waitFor();
    expect(await violations(page)).toEqual([]);
    log.release();
    await page.getByText('8 at once').waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await page.close();
  });

  it('begins anew with a study that was deleted and begun again', async () => {
    const again = join(folder, 'again.db');
    writeStudy(again, 'again', sampleTrials(50));
    const { page, faults } = await open();
    await page.getByRole('link', { name: /again/ }).click();
    await page.locator('.facts dd').first().filter({ hasText: /^50$/ }).waitFor();
    rmSync(again);
    writeStudy(again, 'again', sampleTrials(20, 3));
    await page.locator('.facts dd').first().filter({ hasText: /^20$/ }).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('asks models for masks: what a click gets is drawn over the image', async () => {
    const { page, faults } = await open();
    await page.getByRole('link', { name: /Predict/ }).click();
    const stage = page.getByRole('img', { name: /^pre-trained/ });
    await stage.waitFor();
    // The first of those beside one another.
    const first = page.locator('.stage').first();
    // Encoding, once an image.
    await first.locator('.answer', { hasText: 'ms an image at 1024 pixels' }).waitFor();
    await stage.click();
    await first.locator('.answer', { hasText: /predicted IoU 0\.\d+/ }).waitFor();
    expect(await marks(page, '.stage-picture canvas')).not.toBeNull();
    expect(await stage.getAttribute('aria-label')).toMatch(/a mask of \d+ pixels for 1 points/);
    await stage.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await first.locator('circle.of').nth(1).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('.asked circle').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  }, 120_000);

  it.each([
    ['Overview', 1280, 'light'],
    ['Overview', 375, 'dark'],
    ['Parameters', 1280, 'dark'],
    ['Parameters', 375, 'light'],
    ['Trials', 1280, 'light'],
    ['Compare', 1280, 'dark'],
  ] as const)(
    '%s at %i pixels in the %s keeps within the page and to what axe asks',
    async (view, width, colorScheme) => {
      const { page, faults } = await open(view, { viewport: { width, height: 800 }, colorScheme });
      if (view === 'Parameters') await page.getByLabel('or add a range of').selectOption({ label: 'rate' });
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await violations(page)).toEqual([]);
      expect(faults).toEqual([]);
      await page.close();
    },
  );
});

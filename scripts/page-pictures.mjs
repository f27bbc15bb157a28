// Draws docs/dashboard.png and docs/dashboard-dark.png: the live page on the study of data/demo, in Chromium.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { serveDashboard } from '../dist/src/dashboard/serve.js';
import { root } from './hash-sources.mjs';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (executablePath === undefined) throw new Error('there is no Chromium; install one');

const dashboard = await serveDashboard({ paths: [join(root, 'data/demo')], host: '127.0.0.1', port: 0 });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const [colorScheme, file] of [
  ['light', 'dashboard.png'],
  ['dark', 'dashboard-dark.png'],
]) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1010 }, colorScheme, deviceScaleFactor: 2 });
  await page.goto(dashboard.url);
  const front = page.getByRole('img', { name: /on the front/ });
  await front.focus();
  // A subnet half way along the front.
  await page.keyboard.press('Home');
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
  await page.evaluate('document.activeElement.blur()');
  await page.waitForTimeout(500);
  const picture = await page.screenshot();
  await writeFile(join(root, 'docs', file), await sharp(picture).png({ palette: true, effort: 10 }).toBuffer());
}
await browser.close();
await dashboard.close();

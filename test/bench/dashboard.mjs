// How soon the live page shows something: `npm run build && node test/bench/dashboard.mjs`.
// 1. The first picture of studies with 10,000 and 100,000 trials: from the request to the front's canvas being drawn.
// 2. What one more trial of such a study costs both sides while a page shows it.
// 3. A search of 40 trials: from the moment a trial is stored to the moment the page counts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createRng } from '../../dist/src/base/rng.js';
import { serveDashboard } from '../../dist/src/dashboard/serve.js';
import { openSqliteStore } from '../../dist/src/store/sqlite.js';
import { readRecords } from '../../dist/src/store/study-record.js';

/** In the page: milliseconds a redrawing of the front takes, the median of 15. */
const SCRUB = `(async () => {
  const slider = document.querySelector('.scrub input');
  const took = [];
  for (let i = 1; i <= 15; i++) {
    const started = performance.now();
    slider.value = Math.round((slider.max * i) / 16);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    took.push(performance.now() - started);
  }
  return Math.round(took.sort((a, b) => a - b)[7]);
})()`;

/** In the page: when each count of trials was first seen, until there are 40. */
const WATCH = `new Promise((done) => {
  const seen = {};
  const look = () => {
    const count = Number(document.querySelector('.facts dd').textContent);
    for (let i = count; i > 0 && seen[i] === undefined; i--) seen[i] = Date.now();
    if (count >= 40) done(seen);
    else requestAnimationFrame(look);
  };
  look();
})`;

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const folder = mkdtempSync(join(tmpdir(), 'supersam-bench-dashboard-'));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

for (const count of [10_000, 100_000]) {
  writeStudy(join(folder, `${count}.db`), count);
  const dashboard = await serveDashboard({ paths: [join(folder, `${count}.db`)], host: '127.0.0.1', port: 0 });
  for (let round = 0; round < 3; round++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(300_000);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const started = performance.now();
    const server = process.cpuUsage();
    await page.goto(dashboard.url);
    await page.locator('.front canvas').first().waitFor();
    // Two frames later the canvas is on the screen.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const first = performance.now() - started;
    // On a machine that has other work to do the wall clock says little: what both sides worked for it.
    const { user, system } = process.cpuUsage(server);
    const { metrics } = await session.send('Performance.getMetrics');
    const threadTime = (found) => found.find(({ name }) => name === 'ThreadTime').value * 1000;
    const worked = threadTime(metrics);
    const frames = await page.evaluate(SCRUB);
    const step = (threadTime((await session.send('Performance.getMetrics')).metrics) - worked) / 15;
    console.log(
      `${count} trials: first picture after ${first.toFixed(0)} ms (processor time: server ${((user + system) / 1000).toFixed(0)}, page ${worked.toFixed(0)}); a step of the slider takes ${frames} ms, ${step.toFixed(0)} of them of processor time`,
    );
    if (round === 2) await growOneByOne(page, session, join(folder, `${count}.db`), count);
    await page.close();
  }
  await dashboard.close();
}

const space = join(folder, 'space.json');
const oracle = join(folder, 'measure.mjs');
writeFileSync(space, JSON.stringify({ name: 'p', parameters: [{ name: 'x', type: 'integer', min: 0, max: 1000 }] }));
writeFileSync(
  oracle,
  'export default async ({ configuration: { x } }) => { await new Promise((done) => setTimeout(done, 300)); return { error: x }; };',
);
const dashboard = await serveDashboard({ paths: [folder], host: '127.0.0.1', port: 0 });
const search = spawn(process.execPath, [
  ...['dist/src/cli/main.js', 'search', '--space', space, '--oracle', `module:${oracle}`, '--objective', 'error:min'],
  ...['--trials', '40', '--technique', 'random', '--study', join(folder, 'live.db'), '--name', 'live'],
]);
const page = await browser.newPage();
await page.goto(dashboard.url);
await page.getByRole('link', { name: /live/ }).click();
await page.getByRole('heading', { name: 'live', level: 1 }).waitFor();
await page.locator('.facts dd').first().waitFor();
const watched = page.evaluate(WATCH);
await once(search, 'exit');
const seen = await watched;
const records = readRecords(join(folder, 'live.db'));
const { times } = records.read('live');
const delays = [...times].flatMap(([number, { finishedAt }]) =>
  seen[number + 1] === undefined ? [] : [seen[number + 1] - finishedAt],
);
delays.sort((a, b) => a - b);
console.log(
  `live: ${delays.length} of 40 trials seen coming; median ${delays[delays.length >> 1]} ms, longest ${delays.at(-1)} ms after being stored`,
);
await browser.close();
await dashboard.close();

/** Twenty more trials, one every half second: the processor time of each. */
async function growOneByOne(page, session, path, count) {
  const store = openSqliteStore(path);
  const log = store.claim(store.read(`${count}`).definition, {});
  const threadTime = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime').value * 1000;
  };
  // The page hears of the writer first.
  await new Promise((done) => setTimeout(done, 5000));
  const [server, before] = [process.cpuUsage(), await threadTime()];
  const trials = 20;
  let wrote = 0;
  for (let number = count; number < count + trials; number++) {
    const started = process.cpuUsage();
    const configuration = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`layer${i}.width`, number % 4096]));
    const trial = { number, technique: 'bandit/tpe', configuration };
    log.propose([trial], { step: number, state: null, asked: 1 }, { isStarted: true });
    const values = [0.3, 1e8];
    const metrics = { error: values[0], macs: values[1] };
    log.finish({ ...trial, state: 'complete', values, metrics, improvement: 0 }, 1, { step: number, state: null });
    const { user, system } = process.cpuUsage(started);
    wrote += user + system;
    await new Promise((done) => setTimeout(done, 500));
  }
  const { user, system } = process.cpuUsage(server);
  const shown = Number((await page.locator('.facts dd').first().innerText()).replaceAll(',', ''));
  console.log(
    `${count} trials: one more takes the server ${((user + system - wrote) / 1000 / trials).toFixed(0)} ms of processor time and the page ${(((await threadTime()) - before) / trials).toFixed(0)}; ${shown - count} of ${trials} shown`,
  );
  store.close();
}

function writeStudy(path, count) {
  const rng = createRng('dashboard', count);
  const names = Array.from({ length: 12 }, (_, i) => `layer${i}.width`);
  const store = openSqliteStore(path);
  const log = store.claim(
    {
      ...{ name: `${count}`, technique: 'bandit', seed: 1, begun: { version: '0.2.0', generation: 2 } },
      space: {
        name: 'widths',
        hash: `${count}`.padEnd(64, '0'),
        parameters: Object.fromEntries(names.map((name) => [name, 'integer of 4096'])),
      },
      oracle: { name: 'table', fingerprint: {} },
      objectives: [
        { metric: 'error', direction: 'min' },
        { metric: 'macs', direction: 'min' },
      ],
    },
    {},
  );
  const trials = Array.from({ length: count }, (_, number) => {
    const size = Math.exp(1.2 * (rng.float() + rng.float() + rng.float()) - 2);
    const values = [0.05 + (0.4 / (1 + 3 * size)) * (1 + 0.5 * rng.float() ** 2), Math.round(size * 1e8)];
    return {
      ...{ number, technique: ['bandit/tpe', 'bandit/random'][number % 2], state: 'complete', values, improvement: 0 },
      configuration: Object.fromEntries(names.map((name) => [name, rng.int(0, 4095)])),
      metrics: { error: values[0], macs: values[1] },
    };
  });
  log.begin(trials, [], new Map(trials.map(({ number }) => [number, rng.float()])));
  store.close();
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dashboard, serveDashboard } from '../../src/dashboard/serve.js';
import { newFolder, sampleTrials, writeStudy } from './sample-studies.js';

const folder = newFolder();
const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
let dashboard: Dashboard;
beforeAll(async () => {
  writeStudy(join(folder, 's.db'), 'one', sampleTrials(30));
  dashboard = await serveDashboard({ paths: [folder], host: '127.0.0.1', port: 0 });
});
afterAll(() => dashboard.close());

/** The first line of the answer to a request as written: `fetch` would tidy the path before it is sent. */
async function askRaw(path: string): Promise<string> {
  const { port, host } = new URL(dashboard.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  let answer = '';
  for await (const piece of socket) answer += String(piece);
  return answer;
}

it.each([
  '/../../../etc/passwd',
  '//etc/passwd',
  '/%2e%2e/%2e%2e/package.json',
  '/./../package.json',
  '/page.js%00.db',
  '/..\\s.db',
])('lets no path leave the page: %s', async (path) => {
  const answer = await askRaw(path);
  expect(answer).toMatch(/^HTTP\/1\.1 (404|400)/);
  expect(answer).not.toMatch(/root:|"name"/);
});

it('says a port that is in use, and a path where nothing is', async () => {
  const port = Number(new URL(dashboard.url).port);
  await expect(serveDashboard({ paths: [folder], host: '127.0.0.1', port })).rejects.toThrow(
    `127.0.0.1:${port} is in use`,
  );
  await expect(serveDashboard({ paths: [join(folder, 'none')], host: '127.0.0.1', port: 0 })).rejects.toThrow(
    'there is no',
  );
  writeFileSync(join(folder, 'text.db'), 'no database');
  await expect(serveDashboard({ paths: [join(folder, 'text.db')], host: '127.0.0.1', port: 0 })).rejects.toThrow(
    'is not a SQLite database',
  );
});

/** The program as built, once it listens. */
async function start(...args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [main, 'dashboard', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [text] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { child, url: String(text).trim() };
}

it('runs until Ctrl-C, which ends it well although a page listens', async () => {
  const { child, url } = await start(folder, '--port', '0');
  const live = await fetch(`${url}api/live`);
  const reader = (live.body as ReadableStream<Uint8Array>).getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: studies');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('prints an address with its token when other machines can reach it', async () => {
  const { child, url } = await start(folder, '--port', '0', '--host', '0.0.0.0');
  const there = url.replace('0.0.0.0', '127.0.0.1');
  expect((await fetch(there.replace(/\?.*/, ''))).status).toBe(401);
  const answer = await fetch(there, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  child.kill('SIGTERM');
  await once(child, 'exit');
});

it('tells of new trials, of what runs and of new studies as they come', async () => {
  const own = newFolder();
  const space = join(own, 'space.json');
  const oracle = join(own, 'measure.mjs');
  const name = JSON.stringify({ name: 'p', parameters: [{ name: 'x', type: 'integer', min: 0, max: 1000 }] });
  writeFileSync(space, name);
  writeFileSync(
    oracle,
    `export default async ({ configuration: { x } }) => { await new Promise((done) => setTimeout(done, 250)); return { error: x }; };`,
  );
  const page = await serveDashboard({ paths: [own], host: '127.0.0.1', port: 0 });
  try {
    const list = await fetch(`${page.url}api/live`);
    const words = events(list.body as ReadableStream<Uint8Array>);
    const search = spawn(process.execPath, [
      ...[main, 'search', '--space', space, '--oracle', `module:${oracle}`, '--objective', 'error:min'],
      ...['--trials', '12', '--technique', 'random', '--study', join(own, 'new.db'), '--name', 'fresh'],
    ]);
    const isOver = once(search, 'exit');
    let id = '';
    for await (const { event, data } of words) {
      const found =
        event === 'studies' ? (data as { id: string; name: string; writer: string | null }[])[0] : undefined;
      if (found === undefined) continue;
      expect(found).toMatchObject({ name: 'fresh' });
      id = found.id;
      break;
    }
    const numbers: number[] = [];
    let batches = 0;
    let hasRun = false;
    const stream = await fetch(`${page.url}api/live?study=${id}:0`);
    for await (const { event, data } of events(stream.body as ReadableStream<Uint8Array>)) {
      if (event === 'now') hasRun ||= (data as { now: { running: unknown[] } }).now.running.length > 0;
      if (event !== 'trials') continue;
      batches++;
      numbers.push(...(data as { batch: { number: number[] } }).batch.number);
      if (numbers.length === 12) break;
    }
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(hasRun).toBe(true);
    // As they came, not when the search was over.
    expect(batches).toBeGreaterThan(1);
    await isOver;
  } finally {
    await page.close();
  }
});

/** What server-sent events say, one after the other. */
async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<{ event: string; data: unknown }> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const event = field('event');
      if (event !== undefined) yield { event, data: JSON.parse(field('data') ?? 'null') };
    }
  }
}

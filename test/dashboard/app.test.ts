import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { IMPORTANCE_METHODS, importances } from '../../src/analysis/importance.js';
import type { StoredStudy } from '../../src/core/store.js';
import { createApp } from '../../src/dashboard/app.js';
import { followStudies } from '../../src/dashboard/follow-studies.js';
import type { StudyEntry, WholeStudy } from '../../src/dashboard/protocol.js';
import { readStudies } from '../../src/store/sqlite.js';
import { newFolder, sampleTrials, writeStudy } from './sample-studies.js';

const folder = newFolder();
mkdirSync(join(folder, 'deep/er'), { recursive: true });
writeStudy(join(folder, 's.db'), 'one', sampleTrials(30));
writeStudy(join(folder, 'deep/er/study.db'), 'study', sampleTrials(20));
writeFileSync(join(folder, 'notes.db'), 'no database at all');
const outside = newFolder();
writeStudy(join(outside, 'secret.db'), 'secret', sampleTrials(5));
symlinkSync(outside, join(folder, 'link'));
symlinkSync(join(outside, 'secret.db'), join(folder, 'link.db'));

const TOKEN = 'a'.repeat(32);
const own = 'http://127.0.0.1:4150';
const app = createApp({ studies: followStudies([folder]), host: '127.0.0.1', token: TOKEN });
const open = createApp({ studies: followStudies([folder]), host: '0.0.0.0', token: TOKEN });
/** As a browser on this machine asks. */
const ask = (path: string, headers: { [name: string]: string } = {}, which = app) =>
  which.request(`${own}${path}`, { headers: { host: '127.0.0.1:4150', ...headers } });
const entries = async () => (await (await ask('/api/studies')).json()) as StudyEntry[];

it('lists the studies of a folder and of none outside it, links or not', async () => {
  const list = await entries();
  expect(list.map(({ file, name }) => `${file} ${name}`)).toEqual([
    's.db one',
    `${join('deep', 'er', 'study.db')} study`,
  ]);
  expect(list[0]?.trials).toEqual({ complete: 27, failed: 3 });
});

it('sends a study whole and leaves its file and folder as they were', async () => {
  const before = readdirSync(folder).map((name) => name);
  const bytes = readFileSync(join(folder, 's.db'));
  const id = (await entries()).find(({ name }) => name === 'one')?.id;
  const { head, batch } = (await (await ask(`/api/studies/${id}`)).json()) as WholeStudy;
  expect(head.parameters).toHaveLength(6);
  expect(batch.number).toEqual(sampleTrials(30).map(({ number }) => number));
  expect(readdirSync(folder)).toEqual(before);
  expect(readFileSync(join(folder, 's.db')).equals(bytes)).toBe(true);
});

it('weighs parameters by either method, as the command does', async () => {
  const id = (await entries()).find(({ name }) => name === 'one')?.id;
  using reader = readStudies(join(folder, 's.db'));
  const study = reader.read('one') as StoredStudy;
  const answers = IMPORTANCE_METHODS.map((method) => ask(`/api/studies/${id}/importance?method=${method}`));
  const found = await Promise.all(answers.map(async (answer) => (await answer).json()));
  expect(found).toEqual(IMPORTANCE_METHODS.map((method) => importances(study, method)));
  expect((await ask('/api/studies/nothing/importance')).status).toBe(404);
}, 120_000);

it('serves the page with its files, under a policy that lets nothing else in', async () => {
  for (const [path, type] of [
    ['/', 'text/html'],
    ['/page.js', 'text/javascript'],
    ['/page.css', 'text/css'],
    ['/uplot.css', 'text/css'],
  ] as const) {
    const answer = await ask(path);
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, `${type}; charset=utf-8`]);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(answer.headers.get('content-security-policy')).not.toMatch(/unsafe|\*|http/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  }
  expect(await (await ask('/')).text()).not.toMatch(/(src|href)="(?!\/|data:)/);
});

it.each([
  '/..%2fpackage.json',
  '/page.js/..%2f..%2ferrors.js',
  '/api/studies/..%2f..%2fs.db',
  '/api/studies/secret',
  '/s.db',
])('has nothing at %s', async (path) => {
  expect((await ask(path)).status).toBe(404);
});

it.each(['evil.example', 'evil.example:4150', '127.0.0.1.evil.example', '192.168.0.7:4150', ''])(
  'is not at home to those who ask for "%s", a name turned to this address',
  async (host) => {
    expect((await ask('/', { host })).status).toBe(421);
    expect((await ask('/api/studies', { host })).status).toBe(421);
  },
);

it('answers by all names of loopback', async () => {
  for (const host of ['127.0.0.1:4150', 'localhost:4150', 'LOCALHOST:1', '[::1]:4150']) {
    expect((await ask('/api/studies', { host })).status).toBe(200);
  }
});

it('tells other sites nothing, whatever they send', async () => {
  expect((await ask('/api/studies', { origin: 'http://evil.example' })).status).toBe(403);
  expect((await ask('/api/studies', { origin: 'http://127.0.0.1:9999' })).status).toBe(403);
  expect((await ask('/api/studies', { origin: 'null' })).status).toBe(403);
  expect((await ask('/api/studies', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await ask('/api/live', { 'sec-fetch-site': 'same-site' })).status).toBe(403);
  expect((await ask('/page.js', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
  expect((await ask('/api/studies', { origin: own, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  // A link may lead to the page; its answer names no other origin.
  const visit = await ask('/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' });
  expect([visit.status, visit.headers.get('access-control-allow-origin')]).toEqual([200, null]);
});

it('asks for the token where other machines can reach it, and keeps it out of the address', async () => {
  const at = (path: string, headers: { [name: string]: string } = {}) =>
    ask(path, { host: '10.0.0.5:4150', ...headers }, open);
  for (const path of ['/', '/page.js', '/api/studies', '/api/live', `/?token=${'b'.repeat(32)}`, '/?token=']) {
    expect([path, (await at(path)).status]).toEqual([path, 401]);
  }
  const first = await at(`/?token=${TOKEN}`);
  expect([first.status, first.headers.get('location')]).toEqual([303, '/']);
  const cookie = first.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/SameSite=Strict/);
  expect((await at('/api/studies', { cookie: cookie.split(';')[0] as string })).status).toBe(200);
  expect((await at('/api/studies', { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  expect((await at('/api/studies', { authorization: `Bearer ${TOKEN}x` })).status).toBe(401);
  // A name that is not this machine's may be anybody's.
  expect((await ask('/', { host: 'evil.example', cookie }, open)).status).toBe(421);
});

import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathWithin } from '../../src/cli/mcp/tools.js';
import { runCommand } from './run-command.js';

const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
const assets = join(import.meta.dirname, '../assets');
const root = mkdtempSync(join(tmpdir(), 'supersam-mcp-'));
const db = join(root, 's.db');

/** The built server, spoken to by the SDK's own client. */
async function connect(...options: readonly string[]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const args = [main, 'mcp', '--root', root, ...options];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
  return client;
}

async function call<T>(client: Client, name: string, given: { [key: string]: unknown } = {}): Promise<T> {
  const { content, isError } = await client.callTool({ name, arguments: given });
  const [{ text }] = content as [{ text: string }];
  if (isError === true) throw new Error(text);
  return JSON.parse(text) as T;
}

beforeAll(async () => {
  const problem = ['--space', `${assets}/small-space.json`, '--oracle', `table:${assets}/small-table.csv`];
  await runCommand(
    'search',
    ...problem,
    '--objective',
    'error:min',
    '--trials',
    '12',
    '--technique',
    'random',
    '--study',
    db,
  );
});

describe('reading only', () => {
  let client: Client;
  beforeAll(async () => {
    client = await connect();
  }, 30_000);
  afterAll(() => client.close());

  it('offers what reads and nothing else, and says that it does', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['list', 'show', 'best', 'trials', 'importance']);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    await expect(call(client, 'tell', { db: 's.db', number: 0 })).rejects.toThrow(/tell/);
  });

  it('answers as the command line does, and leaves the file as it is', async () => {
    const before = readFileSync(db);
    expect(await call(client, 'list')).toMatchObject([{ name: 'study', technique: 'random' }]);
    const json = async (...args: readonly string[]) => JSON.parse((await runCommand(...args, '--json')).out) as unknown;
    expect(await call(client, 'best', { db: 's.db' })).toEqual(await json('best', db));
    expect(await call(client, 'importance', { db: 's.db' })).toEqual(await json('importance', db));
    const where = "state == 'complete'";
    const all = (await json('trials', db, '--where', where)) as unknown[];
    const page = { db: 's.db', where, offset: 2, limit: 3 };
    expect(await call(client, 'trials', page)).toEqual({ total: all.length, trials: all.slice(2, 5) });
    expect(readFileSync(db)).toEqual(before);
  });

  it('says what is wrong and what to do, and stays in its folder', async () => {
    await expect(call(client, 'show', { db: 's.db', study: 'studdy' })).rejects.toThrow(
      /STUDY_MISSING.*Did you mean "study"/,
    );
    await expect(call(client, 'trials', { db: 's.db', where: 'eror < 1' })).rejects.toThrow(/Did you mean "error"/);
    await expect(call(client, 'show', { db: '../s.db' })).rejects.toThrow(/outside/);
    await expect(call(client, 'show', { db: '/etc/passwd' })).rejects.toThrow(/outside/);
    await expect(call(client, 'trials', { db: 's.db', limit: 0 })).rejects.toThrow();
  });
});

it('with --write an agent searches by ask and tell, goes on after a restart, enqueues, notes and reports', async () => {
  const space = { name: 'line', parameters: [{ name: 'x', type: 'integer', min: 0, max: 99 }] };
  const begin = { db: 'mine.db', space, objectives: [{ metric: 'error', direction: 'min' }], technique: 'random' };
  type Asked = {
    readonly trials: readonly { readonly number: number; readonly configuration: { readonly x: number } }[];
  };
  const first = await connect('--write');
  await expect(call(first, 'ask', { db: 'mine.db' })).rejects.toThrow(/give space and objectives/);
  for (let i = 0; i < 5; i++) {
    const { trials } = await call<Asked>(first, 'ask', begin);
    const [{ number, configuration }] = trials as [Asked['trials'][number]];
    const told = await call(first, 'tell', { db: 'mine.db', number, metrics: { error: configuration.x } });
    expect(told).toMatchObject({ values: [configuration.x], measured: i + 1 });
  }
  const { trials: lost } = await call<Asked>(first, 'ask', begin);
  await first.close();

  const second = await connect('--write');
  await call(second, 'enqueue', { db: 'mine.db', configurations: [{ x: 98 }] });
  await expect(call(second, 'tell', { db: 'mine.db', number: 5, metrics: { error: 1 } })).rejects.toThrow(/ask again/);
  const { trials } = await call<Asked>(second, 'ask', { db: 'mine.db', count: 2 });
  expect(trials.map(({ configuration }) => configuration)).toEqual([{ x: 98 }, lost[0]?.configuration]);
  for (const { number } of trials)
    await call(second, 'tell', { db: 'mine.db', number, state: 'failed', message: 'no' });
  await call(second, 'note', { db: 'mine.db', text: 'by an agent' });
  expect(await call(second, 'show', { db: 'mine.db' })).toMatchObject({
    trials: { complete: 5, failed: 2 },
    notes: [{ text: 'by an agent' }],
  });
  expect(await call(second, 'report', { db: 'mine.db', output: 'out' })).toEqual({ report: 'out/report.html' });
  expect(readFileSync(join(root, 'out/report.html'), 'utf8')).toContain('by an agent');
  await second.close();
}, 60_000);

it('takes no path that leaves its folder, by dots or by links', () => {
  mkdirSync(join(root, 'inside'));
  symlinkSync('/etc', join(root, 'inside', 'link'));
  expect(pathWithin(root, 'inside/new/s.db')).toBe(join(root, 'inside/new/s.db'));
  for (const path of ['..', '../x.db', '/etc/hosts', 'inside/link/hosts', 'inside/link/new/s.db', 'inside/../../x']) {
    expect(() => pathWithin(root, path)).toThrow(/outside/);
  }
});

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { builtModule } from '../../src/base/package-root.js';
import type { Card, Delivery, Outcome } from '../../src/core/executor.js';
import { cardKey } from '../../src/executors/messages.js';
import { openQueueExecutor } from '../../src/executors/queue-executor.js';
import { serveQueue } from '../../src/executors/queue-worker.js';
import { runCommand } from '../cli/run-command.js';
import {
  hasOpenssl,
  hasPostgres,
  hasRedis,
  makeCertificate,
  PASSWORD,
  startPostgres,
  startRedis,
  type TestServer,
} from './servers.js';

vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'supersam-queue-'));
const main = builtModule('cli/main.js').pathname;
const children: ChildProcess[] = [];
const servers: TestServer[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) await server.stop();
});
const keep = async (starting: Promise<TestServer>): Promise<number> => {
  const server = await starting;
  servers.push(server);
  return server.port;
};

describe('over TLS, with a certificate that only who is told to trusts', () => {
  const [space, oracle] = [join(folder, 'space.json'), join(folder, 'oracle.mjs')];
  writeFileSync(space, JSON.stringify({ name: 'line', parameters: [{ name: 'x', type: 'integer', min: 0, max: 99 }] }));
  writeFileSync(
    oracle,
    'export const metrics = ["error"]; export default ({ configuration: { x } }) => ({ error: x });',
  );

  /** What a program says, and its exit code. */
  async function call(words: readonly string[], env: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [main, ...words], { env: { ...process.env, ...env } });
    children.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    return { code, said };
  }

  const kinds = [
    { name: 'Redis', has: hasRedis, start: startRedis, url: 'rediss://127.0.0.1:PORT' },
    {
      ...{ name: 'PostgreSQL', has: hasPostgres, start: startPostgres },
      url: 'postgres://postgres@localhost:PORT/postgres?sslmode=verify-full',
    },
  ];
  for (const { name, has, start, url } of kinds)
    it.skipIf(!has || !hasOpenssl)(name, async () => {
      const tls = makeCertificate();
      const where = `bullmq:${url.replace('PORT', String(await keep(start({ tls }))))}`;
      const secrets = { REDIS_PASSWORD: PASSWORD, PGPASSWORD: PASSWORD };
      const trusting = { ...secrets, NODE_EXTRA_CA_CERTS: tls.certificate };
      const search = [
        ...['search', '--space', space, '--oracle', `module:${oracle}`, '--objective', 'error:min', '--trials', '6'],
        ...['--study', join(folder, `${name}.db`), '--executor', where],
      ];
      const refused = await call(search, secrets);
      expect(refused.code).toBe(1);
      expect(refused.said).toMatch(/self-signed certificate/);
      const worker = spawn(process.execPath, [main, 'worker', where, '--oracle', `module:${oracle}`], {
        env: { ...process.env, ...trusting },
        stdio: 'ignore',
      });
      children.push(worker);
      const { code, said } = await call(search, trusting);
      expect(said).toContain('6 trials (6 complete)');
      expect(code).toBe(0);
      expect((await runCommand('trials', join(folder, `${name}.db`), '--csv')).out.trim().split('\n')).toHaveLength(7);
    });
});

it.skipIf(!hasRedis)('a result that comes when the queue has given its job up is delivered as such, once', async () => {
  const port = await keep(startRedis());
  const where = `redis://:${PASSWORD}@127.0.0.1:${port}`;
  const card: Card = {
    requirement: { supersam: '1', oracle: 'o', fingerprint: {} },
    ...{ space: null, metrics: ['error'], limits: {} },
  };
  process.env['SUPERSAM_LEASE_SECONDS'] = '3';
  const notes: string[] = [];
  const onNote = (note: string) => void notes.push(note);
  const [stop, giveBack] = [new AbortController(), new AbortController()];
  const ends: ((outcome: Outcome) => void)[] = [];
  const redis = new Redis(where);
  try {
    const executor = await openQueueExecutor(where, {
      ...{ study: 's', card, workerArguments: [], onNote },
      ...{ oracle: undefined as never, startProcesses: undefined as never },
    });
    const served = serveQueue(where, {
      ...{ study: 's', slots: 2, stop: stop.signal, giveBack: giveBack.signal, onNote },
      open: async () => ({
        slots: 2,
        measure: () => new Promise<Outcome>((resolve) => ends.push(resolve)),
        close: async () => {},
      }),
    });
    const next = async (): Promise<Delivery> => (await executor.next()) ?? next();
    const job = { trial: 4, attempt: 1, seed: 1, configuration: { x: 1 } };
    await executor.submit(job);
    await vi.waitUntil(() => ends.length > 0, { timeout: 120_000 });
    // As after a silence beyond the lease; who is free then finds the job lost.
    await redis.del(`bull:supersam-s:${cardKey('s', card).slice(0, 12)}-4-1:lock`);
    const lost = await next();
    expect(lost).toMatchObject({ trial: 4, attempt: 1, outcome: { kind: 'lost', message: 'its worker has gone' } });
    lost.acknowledge?.();
    await executor.submit({ ...job, attempt: 2 });
    const outcome: Outcome = { kind: 'measured', result: { error: 7 }, seconds: 1 };
    ends[0]?.(outcome);
    expect(await next()).toEqual({ trial: 4, attempt: 1, outcome });
    expect(notes.join('\n')).toMatch(/the result of job \w+-4-1 came too late/);
    await vi.waitUntil(() => ends.length > 1, { timeout: 120_000 });
    ends[1]?.(outcome);
    expect(await next()).toMatchObject({ trial: 4, attempt: 2, outcome });
    stop.abort();
    await served;
    await executor.close(true);
  } finally {
    stop.abort();
    delete process.env['SUPERSAM_LEASE_SECONDS'];
    redis.disconnect();
  }
});

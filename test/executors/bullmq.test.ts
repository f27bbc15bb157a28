import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openQueueServer } from '../../src/executors/queue-server.js';
import { runCommand } from '../cli/run-command.js';
import { problemFiles, surviveChaos } from './chaos.js';
import {
  hasPostgres,
  hasRedis,
  hasValkey,
  openWire,
  PASSWORD,
  startPostgres,
  startRedis,
  startValkey,
  type TestServer,
  type Wire,
} from './servers.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const isSlow = process.env['SUPERSAM_SLOW'] === '1';
const kinds = [
  { name: 'Redis', has: hasRedis, start: startRedis, user: 'redis://' },
  { name: 'Valkey', has: hasValkey, start: startValkey, user: 'redis://' },
  { name: 'PostgreSQL', has: hasPostgres, start: startPostgres, user: 'postgres://postgres' },
];

describe.each(kinds)('BullMQ on $name', ({ name, has, start, user }) => {
  let server: TestServer;
  let wire: Wire;
  const url = (port: number, secret = '') =>
    name !== 'PostgreSQL'
      ? `redis://${secret}127.0.0.1:${port}`
      : `${user}${secret.replace('@', '') || ''}@127.0.0.1:${port}/postgres`;
  beforeAll(async () => {
    if (!has) return;
    server = await start();
    wire = await openWire(server.port);
  });
  afterAll(async () => {
    await wire?.close();
    await server?.stop();
  });
  const env = { REDIS_PASSWORD: PASSWORD, PGPASSWORD: PASSWORD };

  it.skipIf(!has || !isSlow)(
    'survives kills of workers, coordinator and server, pauses and a cut wire with every trial once',
    async () => {
      const executor = `bullmq:${url(wire.port)}`;
      await surviveChaos({
        ...{ executor, worker: executor, env, seed: name },
        disturb: [() => server.crash(), () => wire.cut(2000)],
      });
    },
  );

  it.skipIf(!has)('works for who connects while the wire is cut', async () => {
    for (const [variable, value] of Object.entries(env)) vi.stubEnv(variable, value);
    const server = await openQueueServer(url(wire.port), () => undefined);
    const queue = await server.queue('cut');
    const cut = wire.cut(1500);
    const worker = await server.worker('cut', async ({ data }) => `${data.text}!`, {
      drainDelay: 1,
      runRetryDelay: 200,
    });
    const measured = new Promise((resolve) => worker.once('completed', ({ returnvalue }) => resolve(returnvalue)));
    await cut;
    await server.persist(() => queue.add('measure', { text: 'here' }));
    expect(await measured).toBe('here!');
    await Promise.all([worker.close(), queue.close()]);
    vi.unstubAllEnvs();
  });

  it.skipIf(!has)('says what is wrong with an address, and never its password', async () => {
    const { search, db } = problemFiles(`secret-${name}`);
    const wrong = url(server.port, ':n0tright@');
    const refused = runCommand(...search, '--executor', `bullmq:${wrong}`);
    await expect(refused).rejects.toMatchObject({ code: 'EXECUTOR_UNREACHABLE' });
    await refused.catch((error: Error & { remedy: string; cause: unknown }) => {
      expect(`${error.stack}${error.remedy}${JSON.stringify(error.cause)}`).not.toContain('n0tright');
    });
    expect(existsSync(db) && readFileSync(db).includes('n0tright')).toBe(false);
  });
});

it('refuses what is no address, without its password', async () => {
  const { search } = problemFiles('address');
  for (const where of ['', 'http://me:n0tright@host', 'redis://host/abc', 'host:6379']) {
    const refused = runCommand(...search, '--executor', `bullmq:${where}`);
    await expect(refused, where).rejects.toMatchObject({ code: 'USAGE' });
    await refused.catch((error: Error) => expect(error.message).not.toContain('n0tright'));
  }
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { claimFolder } from '../../src/base/lock.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-claim-'));
const lock = join(folder, 'lock.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('lets one writer in at a time and the next one when it has left', async () => {
  const release = await claimFolder(folder);
  await expect(claimFolder(folder)).rejects.toThrow(new RegExp(`being written to by process ${process.pid}`));
  await release();
  expect(existsSync(lock)).toBe(false);
  await (await claimFolder(folder))();
});

it('takes over from a dead process and from a lock that was cut off', async () => {
  for (const left of [JSON.stringify({ host: hostname(), pid: 2 ** 22 + 1, started: '1' }), '{"ho']) {
    writeFileSync(lock, left);
    await (await claimFolder(folder))();
  }
});

it('leaves alone what another host may be writing', async () => {
  writeFileSync(lock, JSON.stringify({ host: 'elsewhere', pid: 1, started: '1' }));
  await expect(claimFolder(folder)).rejects.toThrow(/process 1 on elsewhere/);
});

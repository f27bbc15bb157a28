import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isBegunOtherwise, keepSettings, once } from '../../../src/supernet/pipeline/stage.js';

const folder = () => mkdtempSync(join(tmpdir(), 'supersam-stage-'));

it('makes a product once and never leaves half of one under its name', async () => {
  const path = join(folder(), 'a', 'product');
  await expect(
    once(path, async (partial) => {
      writeFileSync(partial, 'half');
      throw new Error('power cut');
    }),
  ).rejects.toThrow('power cut');
  expect(existsSync(path)).toBe(false);
  await once(path, async (partial) => writeFileSync(partial, 'whole'));
  await once(path, async () => {
    throw new Error('must not run again');
  });
  expect(readFileSync(path, 'utf8')).toBe('whole');
});

it('tells the settings a folder was begun with from others', async () => {
  const path = folder();
  expect(await isBegunOtherwise(path, { trials: 1 })).toBe(false);
  await keepSettings(path, { trials: 1 });
  expect(await isBegunOtherwise(path, { trials: 1 })).toBe(false);
  expect(await isBegunOtherwise(path, { trials: 2 })).toBe(true);
});

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DataError } from '../../../src/errors.js';
import { openLeftOut } from '../../../src/supernet/pipeline/left-out.js';

const WAY = { remedy: 'leave it out' };

it('is counted by kind, each fault once, over all the runs of a walk', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'supersam-left-out-')), 'left-out.json');
  const first = await openLeftOut(path);
  expect(first.summary()).toBeUndefined();
  for (const name of ['a', 'b', 'a']) first.add(new DataError('DATA_SIZE', `${name} is 1x1`, WAY));
  await first.save();
  const second = await openLeftOut(path);
  second.add(new DataError('DATA_SIZE', 'b is 1x1', WAY));
  second.add(new DataError('DATA_NARROW', 'c is 1x900', WAY));
  expect(second.summary()).toBe('2 DATA_SIZE, 1 DATA_NARROW');
  await second.save();
  expect((await openLeftOut(path)).summary()).toBe('2 DATA_SIZE, 1 DATA_NARROW');
});

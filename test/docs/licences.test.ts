import { describe, expect, it } from 'vitest';
import { isFree, listLicences } from '../../scripts/licences.mjs';

describe('the licences of all dependencies', () => {
  it('are known to be free to use beside MIT', () => {
    const all = listLicences();
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter(({ licence }) => !isFree(licence))).toEqual([]);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['Apache-2.0 AND LGPL-3.0-or-later', true],
    ['Apache-2.0 AND GPL-3.0', false],
    ['(GPL-2.0 OR AGPL-3.0)', false],
    ['UNLICENSED', false],
    ['none stated', false],
  ])('%s: %s', (expression, free) => {
    expect(isFree(expression)).toBe(free);
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from './run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-warm-'));
const at = (name: string, content?: string) => {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  return path;
};
const space = (choices: readonly number[], name = 'x') =>
  at(`${name}${choices}.json`, JSON.stringify({ name: 's', parameters: [{ name, type: 'ordinal', choices }] }));
const table = at('t.csv', 'x,y,error\n1,1,3\n2,2,2\n3,3,1\n4,4,4\n');
const search = (file: string, db: string, objective: string, ...more: string[]) =>
  runCommand(
    ...['search', '--space', file, '--oracle', `table:${table}`, '--objective', objective, '--study', at(db)],
    ...['--technique', 'grid', '--trials', '4', ...more],
  );

it('says how many trials of a warm start are left out, and refuses one of which nothing fits', async () => {
  await search(space([1, 2, 3, 4]), 'first.db', 'error:min');
  const warm = ['--warm-start', at('first.db')];
  const { err } = await search(space([1, 2]), 'second.db', 'error:min', ...warm);
  expect(err).toMatch(/2 of 4 trials of .*first\.db begin this study; 2 lie outside the space/);
  expect((await search(space([1, 2, 3, 4]), 'third.db', 'error:min', ...warm)).err).not.toMatch(/begin this study/);
  await expect(search(space([1, 2], 'y'), 'fourth.db', 'error:min', ...warm)).rejects.toThrow(
    /not one of 4 trials of .* can begin this study: 4 lie outside the space/,
  );
  await expect(search(space([1, 2]), 'fifth.db', 'y:min', ...warm)).resolves.toBeDefined();
});

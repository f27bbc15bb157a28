import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, createTableOracle, InterruptedError, space, writeComparison } from 'supersam';
import random from 'supersam/techniques/random';
import tpe from 'supersam/techniques/tpe';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'supersam-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const grid = space('grid').integer('x', 0, 15).integer('y', 0, 15).compile();
const table = join(folder, 'grid.csv');
const rows = [...grid.enumerate()].map(
  (c) => `${c['x']},${c['y']},${(Number(c['x']) - 3) ** 2 + (Number(c['y']) - 9) ** 2}`,
);
writeFileSync(table, `x,y,error\n${rows.join('\n')}\n`);

it('compares techniques from code and writes what the command writes', async () => {
  const oracle = await createTableOracle(table, grid);
  const settings = {
    space: grid,
    oracle,
    objectives: [{ metric: 'error', direction: 'min' } as const],
    trials: 30,
    seeds: 6,
  };
  let told = 0;
  const found = await compare({
    ...settings,
    techniques: { early: tpe({ startup: 5 }), random: random() },
    onProgress: (done) => {
      told = done;
    },
  });
  expect(told).toBe(2 * 6 * 30);
  expect(found.problem).toMatchObject({ optimum: 0, baselineFrom: 'table' });
  expect(found.rows).toHaveLength(12);
  expect(found.summary.techniques.map(({ technique }) => technique)).toEqual(['early', 'random']);
  // One seed, one run, whichever way a technique is named.
  const again = await compare({ ...settings, techniques: ['tpe:startup=5'] });
  expect(again.rows.map(({ improvements }) => improvements)).toEqual(
    found.rows.filter(({ technique }) => technique === 'early').map(({ improvements }) => improvements),
  );
  const out = join(folder, 'out');
  const { names } = await writeComparison(out, found.problem, found.rows, found.summary, 'from code');
  expect(readdirSync(out).sort()).toEqual([...names].sort());
  expect(readFileSync(join(out, 'comparison.csv'), 'utf8').trim().split('\n')).toHaveLength(13);
  const stopped = compare({ ...settings, techniques: ['random'], signal: AbortSignal.abort() });
  await expect(stopped).rejects.toThrow(InterruptedError);
  await expect(compare({ ...settings, techniques: [] })).rejects.toThrow('needs techniques');
});

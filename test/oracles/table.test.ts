import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SearchSpace } from '../../src/core/space.js';
import { readCsv } from '../../src/oracles/read-csv.js';
import { createTableOracle } from '../../src/oracles/table.js';
import { choiceSpace } from '../../src/testing/choice-space.js';

const context = { trial: 0, seed: 1, signal: new AbortController().signal };
const space = choiceSpace({ depth: [0, 1, 2, 3], width: [256, 512, 1024] });
const file = (text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'table.csv');
  writeFileSync(path, text);
  return path;
};

it('looks up what was recorded; the unknown is infeasible', async () => {
  const oracle = await createTableOracle(
    file(
      'error,width,depth,label,state\n7.5,256,0,"a, b",complete\n,512,0,x,infeasible\n,512,1,x,failed\n1,999,1,x,complete\n',
    ),
    space,
  );
  expect(oracle.metrics).toEqual(['error']);
  const measure = (depth: number, width: number) => oracle.measure({ depth, width }, context);
  expect(await measure(0, 256)).toEqual({ state: 'complete', metrics: { error: 7.5 } });
  expect(await measure(0, 512)).toEqual({ state: 'infeasible' });
  expect(await measure(1, 512)).toMatchObject({ state: 'failed' });
  expect(await measure(3, 1024)).toMatchObject({ state: 'infeasible' });
});

it('names what is wrong with a table', async () => {
  const table = (text: string, of: SearchSpace = space) => createTableOracle(file(text), of);
  await expect(table('depth,error\n0,1\n')).rejects.toThrow(/no column "width"/);
  await expect(table('depth,width,error\n7,7,1\n')).rejects.toThrow(/no row/);
  await expect(table('depth,width,error,state\n0,256,1,odd\n')).rejects.toThrow(/csv:2: unknown state "odd"/);
  await expect(table('depth,width,error\n0,25"6,1\n')).rejects.toThrow(/not a CSV/);
  await expect(createTableOracle('/nowhere.csv', space)).rejects.toMatchObject({ code: 'DATA_TABLE' });
});

it('reads back every CSV', () => {
  const cell = fc.string().map((text) => text.replaceAll('\r', ''));
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 })),
      fc.constantFrom('\n', '\r\n'),
      (rows, end) => {
        const text = rows.map((row) => `${row.map(quote).join(',')}${end}`).join('');
        expect([...readCsv(text)]).toEqual(rows);
      },
    ),
  );
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/errors.js';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { isInside } from '../../../src/supernet/data/labelled-image.js';
import { mutated, orFault } from '../../mutate.js';
import { folderOf, messages, png } from './folder-of.js';

// What NumPy wrote (test/assets/arrays/make.py), and the pixels of every object as it counts them.
const file = resolve(import.meta.dirname, '../../assets/arrays/arrays.json');
const { size, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
  size: readonly [number, number];
  cases: readonly { name: string; base64: string; objects: readonly (readonly number[])[] }[];
};
const [width, height] = size;
const bytesOf = (name: string): Buffer => {
  const found = cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return Buffer.from(found.base64, 'base64');
};

async function pixels(folder: string, name = 'a') {
  const { objects } = await (await openDataset(folder, 'train')).load(name);
  const all = Array.from({ length: width * height }, (_, i) => i);
  return objects.map((object) => all.filter((i) => isInside(object, i % width, Math.floor(i / width))));
}

describe('masks as arrays of NumPy', () => {
  it.each(cases.map(({ name, objects }) => [name, objects] as const))(
    '%s: as NumPy counts them',
    async (name, objects) => {
      const ending = name.slice(-4);
      const splits = { 'splits/train.txt': 'a' };
      const inMasks = folderOf({ 'images/a.png': await png(), [`masks/a${ending}`]: bytesOf(name), ...splits });
      expect(await pixels(inMasks)).toEqual(objects);
      const beside = folderOf({
        'data/a.png': await png(),
        [`data/a_masks${ending}`]: bytesOf(name),
        'data/b.png': await png(),
      });
      expect(await messages(beside)).toEqual([]);
      const { objects: count, notes } = await checkDataset(beside);
      expect([count, notes[0]]).toEqual([3, '1 images have no array beside them, and are not used']);
    },
  );

  it('say along which axis the objects are, and are refused where two could be meant', async () => {
    const folder = folderOf({ 'images/a.png': await png(), 'masks/a.npy': bytesOf('stack last.npy') });
    expect((await checkDataset(folder)).notes[0]).toBe(
      'images/a.png: the 3 masks of its array are along its last axis',
    );
    const cube = Buffer.concat([
      headerOf("{'descr': '|b1', 'fortran_order': False, 'shape': (4, 4, 4), }"),
      Buffer.alloc(64),
    ]);
    const square = folderOf({ 'images/a.png': await png(4, 4), 'masks/a.npy': cube });
    expect((await messages(square))[0]).toBe(
      'DATA_MASK /masks/a.npy is 4 x 4 x 4: its objects could be along two axes',
    );
  });

  it.each([
    ["{'descr': '|O', 'fortran_order': False, 'shape': (), }", /holds objects of Python's/],
    ["{'descr': '<U3', 'fortran_order': False, 'shape': (4, 6), }", /holds no numbers but "<U3"/],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (4, 5), }", /has 24 bytes, not those of 4 x 5 numbers/],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (24,), }", /is of the shape 24/],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (6, 4), }", /is 4x6, its image 6x4/],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4), }", /is 2 x 3 x 4, its image 6x4/],
    ["{'descr': '|u1', 'fortran_order': False, ", /has a broken header/],
  ])('of %s are refused in words', async (header, what) => {
    const folder = folderOf({
      'images/a.png': await png(),
      'masks/a.npy': Buffer.concat([headerOf(header), Buffer.alloc(24, 1)]),
    });
    expect((await messages(folder))[0]).toMatch(what);
  });

  it.each(['labels <i8.npy', 'stack last packed.npz'])('%s that was damaged is read or refused', async (name) => {
    const path = `masks/a${name.slice(-4)}`;
    const folder = folderOf({ 'images/a.png': await png(), [path]: bytesOf(name) });
    await fc.assert(
      fc.asyncProperty(mutated(bytesOf(name)), async (bytes) => {
        writeFileSync(join(folder, path), bytes);
        const check = await orFault(() => checkDataset(folder), DataError);
        if (check !== undefined && check.objects === 0) expect(check.faults.length).toBeGreaterThan(0);
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});

/** The beginning of an array's file. */
function headerOf(text: string): Buffer {
  const start = Buffer.from('\x93NUMPY\x01\0\0\0', 'latin1');
  start.writeUInt16LE(text.length, 8);
  return Buffer.concat([start, Buffer.from(text)]);
}

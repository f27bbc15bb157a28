import { expect, it } from 'vitest';
import { createGrowingMemo } from '../../src/base/growing-list.js';

it('takes in what is new alone, and begins again when the last was taken off', () => {
  const taken: number[] = [];
  const sum = createGrowingMemo<{ readonly x: number }, { x: number }>(
    () => ({ x: 0 }),
    (known, { x }) => {
      taken.push(x);
      known.x += x;
    },
  );
  const list = [{ x: 1 }, { x: 2 }];
  expect(sum(list).x).toBe(3);
  expect(sum([{ x: 7 }]).x).toBe(7);
  list.push({ x: 4 });
  expect(sum(list).x).toBe(7);
  expect(taken).toEqual([1, 2, 7, 4]);
  list.pop();
  expect(sum(list).x).toBe(3);
  list.push({ x: 5 });
  expect(sum(list).x).toBe(8);
  list.pop();
  list.push({ x: 6 });
  expect(sum(list).x).toBe(9);
});

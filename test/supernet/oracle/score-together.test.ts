import { expect, it } from 'vitest';
import { scoreTogether } from '../../../src/supernet/oracle/score-together.js';

const { signal } = new AbortController();

/** Doubles numbers and keeps what it was given in one go. */
function doubling() {
  const batches: (readonly number[])[] = [];
  const score = scoreTogether(async (items: readonly number[]) => {
    batches.push(items);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return items.map((item) => 2 * item);
  });
  return { batches, score };
}

it('scores in one go what is asked at once, and gives everyone its own', async () => {
  const { batches, score } = doubling();
  expect(await Promise.all([1, 2, 3].map((item) => score(item, signal)))).toEqual([2, 4, 6]);
  expect(batches).toEqual([[1, 2, 3]]);
});

it('waits for as many as before where they come one after the other, but not for ever', async () => {
  const { batches, score } = doubling();
  await Promise.all([1, 2, 3].map((item) => score(item, signal)));
  const later: Promise<number>[] = [];
  for (const item of [4, 5, 6]) {
    later.push(score(item, signal));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await Promise.all(later)).toEqual([8, 10, 12]);
  expect(await score(7, signal)).toBe(14);
  expect(await score(8, signal)).toBe(16);
  expect(batches).toEqual([[1, 2, 3], [4, 5, 6], [7], [8]]);
});

it('fails all of a go with what it threw, and stops when nobody wants it any more', async () => {
  const [one, two] = [new AbortController(), new AbortController()];
  const stopped: boolean[] = [];
  const score = scoreTogether(async (_: readonly number[], all: AbortSignal) => {
    one.abort();
    stopped.push(all.aborted);
    two.abort();
    stopped.push(all.aborted);
    throw new Error('no memory');
  });
  const results = await Promise.allSettled([score(1, one.signal), score(2, two.signal)]);
  expect(results.map((result) => result.status === 'rejected' && String(result.reason))).toEqual(
    Array(2).fill('Error: no memory'),
  );
  expect(stopped).toEqual([false, true]);
});

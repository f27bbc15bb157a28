import { markAsUntransferable } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { letGo } from '../../src/base/let-go.js';

describe('letGo', () => {
  it('frees memory at once, without the garbage collector', () => {
    const before = process.memoryUsage().arrayBuffers;
    const arrays = Array.from({ length: 20 }, () => new Float32Array(250_000).fill(1));
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(19e6);
    letGo(arrays);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
    expect(arrays.map(({ length }) => length)).toEqual(arrays.map(() => 0));
  });

  it('leaves shared memory and what cannot be moved as they are', () => {
    const shared = new Float32Array(new SharedArrayBuffer(8)).fill(1);
    const bound = new Float32Array(2).fill(2);
    markAsUntransferable(bound.buffer);
    letGo([shared, bound, new Float32Array(0)]);
    expect([...shared, ...bound]).toEqual([1, 1, 2, 2]);
  });
});

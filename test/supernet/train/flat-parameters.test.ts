import { describe, expect, it } from 'vitest';
import { flattenParameters, unflattenParameters } from '../../../src/supernet/train/flat-parameters.js';

describe('flat parameters', () => {
  const weights = new Map([
    ['a', { shape: [2], data: Float32Array.of(1, 2) }],
    ['b', { shape: [1, 3], data: Float32Array.of(3, 4, 5) }],
  ]);

  it('come back as the tensors they were, the others untouched', () => {
    const flat = flattenParameters(weights, ['b']);
    expect(flat.values.buffer).toBeInstanceOf(SharedArrayBuffer);
    flat.values[1] = 9;
    const trained = unflattenParameters(weights, flat);
    expect(trained.get('b')).toEqual({ shape: [1, 3], data: Float32Array.of(3, 9, 5) });
    expect(trained.get('a')).toBe(weights.get('a'));
    expect(weights.get('b')?.data[1]).toBe(4);
  });

  it('names a tensor that is not there', () => {
    expect(() => flattenParameters(weights, ['c'])).toThrow('"c"');
  });
});

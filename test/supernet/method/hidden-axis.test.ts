import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permuteHidden, sliceHidden } from '../../../src/supernet/method/hidden-axis.js';
import { hiddenScores } from '../../../src/supernet/method/prioritize.js';

const hidden = { first: 'a', second: 'b' };
type Tensors = Map<string, { shape: readonly number[]; data: Float32Array }>;

const mlp: fc.Arbitrary<{ weights: Tensors; inputs: number; units: number; outputs: number; x: number[] }> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 4 }),
    units: fc.integer({ min: 1, max: 6 }),
    outputs: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ inputs, units, outputs }) => {
    const values = (length: number) =>
      fc.array(fc.integer({ min: -8, max: 8 }), { minLength: length, maxLength: length });
    return fc
      .tuple(values(units * inputs), values(units), values(outputs * units), values(inputs))
      .map(([first, bias, second, x]) => ({
        inputs,
        units,
        outputs,
        x,
        weights: new Map([
          ['a.weight', { shape: [units, inputs], data: Float32Array.from(first) }],
          ['a.bias', { shape: [units], data: Float32Array.from(bias) }],
          ['b.weight', { shape: [outputs, units], data: Float32Array.from(second) }],
        ]),
      }));
  });

/** b relu(a x), straight from the definition; integers make it exact in any order. */
function run(weights: Tensors, x: readonly number[], outputs: number): number[] {
  const at = (name: string, i: number) => weights.get(name)?.data[i] ?? Number.NaN;
  const units = weights.get('a.weight')?.shape[0] ?? 0;
  const h = Array.from({ length: units }, (_, k) =>
    Math.max(
      0,
      x.reduce((sum, value, j) => sum + value * at('a.weight', k * x.length + j), at('a.bias', k)),
    ),
  );
  return Array.from({ length: outputs }, (_, i) => h.reduce((sum, v, k) => sum + v * at('b.weight', i * units + k), 0));
}

describe('a hidden axis', () => {
  it('may be permuted without a change of the output', () => {
    fc.assert(
      fc.property(mlp, fc.infiniteStream(fc.nat()), ({ weights, x, units, outputs }, stream) => {
        const keys = Array.from({ length: units }, () => stream.next().value ?? 0);
        const order = keys.map((_, k) => k).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
        const permuted = new Map(weights);
        permuteHidden(permuted, hidden, order);
        expect(run(permuted, x, outputs)).toEqual(run(weights, x, outputs));
      }),
    );
  });

  it('is sliced to its leading units, as if the others were silent', () => {
    fc.assert(
      fc.property(mlp, fc.nat(), ({ weights, x, units, outputs }, n) => {
        const size = 1 + (n % units);
        const sliced = new Map(weights);
        sliceHidden(sliced, hidden, size);
        expect(sliced.get('b.weight')?.shape).toEqual([outputs, size]);
        const silent = new Map(weights);
        const second = weights.get('b.weight')?.data.map((w, i) => (i % units < size ? w : 0)) ?? new Float32Array();
        silent.set('b.weight', { shape: [outputs, units], data: second });
        expect(run(sliced, x, outputs)).toEqual(run(silent, x, outputs));
      }),
    );
  });

  it('takes the depthwise layer between along', () => {
    const weights: Tensors = new Map([
      ['a.weight', { shape: [2, 1, 1, 1], data: Float32Array.of(1, 2) }],
      ['m.weight', { shape: [2, 1, 1, 2], data: Float32Array.of(3, 4, 5, 6) }],
      ['b.weight', { shape: [1, 2, 1, 1], data: Float32Array.of(7, 8) }],
    ]);
    permuteHidden(weights, { ...hidden, between: ['m'] }, [1, 0]);
    expect([...(weights.get('m.weight')?.data ?? [])]).toEqual([5, 6, 3, 4]);
    expect([...(weights.get('b.weight')?.data ?? [])]).toEqual([8, 7]);
  });

  it('is scored as worked out by hand', () => {
    // Unit 0: (|1|*2 + |-2|*3 + (|1| + |-1|)*5) / 2 = 9; unit 1: (|0|*2 + |3|*3 + (|2| + |0|)*7) / 2 = 11.5.
    const weights: Tensors = new Map([
      ['a.weight', { shape: [2, 2], data: Float32Array.of(1, -2, 0, 3) }],
      ['b.weight', { shape: [2, 2], data: Float32Array.of(1, 2, -1, 0) }],
    ]);
    expect([...hiddenScores(weights, hidden, Float64Array.of(2, 3), Float64Array.of(5, 7))]).toEqual([9, 11.5]);
    expect([...hiddenScores(weights, hidden)]).toEqual([2.5, 2.5]);
  });
});

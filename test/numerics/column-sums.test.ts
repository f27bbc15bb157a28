import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Column, changed, createColumn, sumColumns } from '../../src/numerics/column-sums.js';

const draw = (() => {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647 - 0.3) * 10 ** (state % 7);
  };
})();
const filled = (rows: number): Column => {
  const column = createColumn(rows);
  for (let i = 0; i < rows; i++) column.numbers[i] = draw();
  return column;
};

const expected = (columns: readonly Column[], rows: number) =>
  Float64Array.from({ length: rows }, (_, i) => columns.reduce((sum, { numbers }) => sum + numbers[i]!, 0));

it('sums columns as a loop does, to the last bit, whoever comes between', () => {
  const pools = [1, 7, 8, 41, 200].map((rows) => ({ rows, columns: Array.from({ length: 30 }, () => filled(rows)) }));
  const step = fc.record({
    pool: fc.nat(pools.length - 1),
    which: fc.array(fc.nat(29), { maxLength: 40 }),
    rows: fc.nat(200),
    rewritten: fc.option(fc.nat(29)),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
      for (const { pool, which, rows, rewritten } of steps) {
        const { columns, rows: most } = pools[pool]!;
        if (rewritten !== null) {
          columns[rewritten]!.numbers[0] = draw();
          changed(columns[rewritten]!);
        }
        const [some, size] = [which.map((k) => columns[k]!), Math.min(rows, most)];
        const into = new Float64Array(size);
        sumColumns(some, size, into);
        expect(into).toEqual(expected(some, size));
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});

it('starts anew when its memory is full', () => {
  const rows = 2 ** 17;
  const columns = Array.from({ length: 45 }, () => filled(rows));
  const into = new Float64Array(rows);
  for (const some of [columns.slice(0, 20), columns.slice(20, 40), columns.slice(10, 30), columns]) {
    sumColumns(some, rows, into);
    // As bytes: to compare a million numbers one by one takes seconds.
    expect(Buffer.from(into.buffer).equals(Buffer.from(expected(some, rows).buffer))).toBe(true);
  }
});

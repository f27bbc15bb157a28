import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createScale } from '../../src/charts/svg/scale.js';
import { NO_FILTER } from '../../src/dashboard/client/filter.js';
import { placeMarks } from '../../src/dashboard/client/marks.js';
import { createSortedNumbers } from '../../src/dashboard/client/sorted-numbers.js';
import { createStudyData } from '../../src/dashboard/client/study-data.js';
import { axesOf, toColumns } from '../../src/dashboard/columns.js';
import { definition, sampleTrials } from './sample-studies.js';

const told = definition('s');
const parameters = axesOf(told);
const data = createStudyData(
  {
    ...{ id: 'x', file: 's.db', name: 's', technique: 'bandit', objectives: told.objectives, constraints: [], seed: 1 },
    ...{ version: '0.2.0', space: 'subnets', oracle: 'table', parameters },
  },
  { writer: null, open: 0, running: [], fleet: null },
);
data.append(
  toColumns(
    sampleTrials(300).map((trial) => ({ ...trial, seconds: null })),
    0,
    2,
    parameters,
  ),
);

it('marks every pixel once that a trial lies on, by the first, whatever the time', () => {
  const [size, area] = [
    { width: 60, height: 50 },
    { left: 8, right: 52, top: 8, bottom: 42 },
  ];
  const [across, up] = data.values;
  const x = { at: across?.at ?? Number, scale: createScale(across?.extent ?? [], area.left, area.right) };
  const y = { at: up?.at ?? Number, scale: createScale(up?.extent ?? [], area.bottom, area.top) };
  const filters = fc.oneof(fc.constant(NO_FILTER), fc.constant({ ...NO_FILTER, technique: 0 }));
  fc.assert(
    fc.property(filters, fc.integer({ min: 0, max: 300 }), (filter, until) => {
      const marks = placeMarks(data, x, y, filter, area, size);
      const first = new Map<string, number>();
      for (let i = 0; i < until; i++) {
        const [left, top] = [x.scale.at(x.at(i)), y.scale.at(y.at(i))];
        if (Number.isNaN(left + top)) continue;
        const isIn = filter.technique === null || data.technique.at(i) === filter.technique;
        const key = `${Math.round(left)},${Math.round(top)},${isIn ? 1 : 0}`;
        if (!first.has(key)) first.set(key, i);
      }
      const count = marks.before(until);
      expect([...marks.index.subarray(0, count)]).toEqual([...first.values()]);
      expect([...marks.isIn.subarray(0, count)]).toEqual([...first.keys()].map((key) => Number(key.at(-1))));
    }),
    { numRuns: 60 },
  );
});

it('keeps numbers in order however they come', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }))), (pieces) => {
      const numbers = createSortedNumbers();
      for (const piece of pieces) {
        for (const each of piece) numbers.push(each);
        numbers.values();
      }
      const all = pieces.flat().sort((a, b) => a - b);
      expect([...numbers.values()]).toEqual(all);
      expect(numbers.quantile(0.5)).toBe(all[all.length >> 1] ?? Number.NaN);
    }),
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { losses } from '../../src/core/objective.js';
import { createStudyData } from '../../src/dashboard/client/study-data.js';
import { axesOf, toColumns } from '../../src/dashboard/columns.js';
import type { StudyHead } from '../../src/dashboard/protocol.js';
import { front } from '../../src/pareto/dominance.js';
import { definition, sampleTrials } from './sample-studies.js';

const told = definition('s');
const head: StudyHead = {
  ...{ id: 'x', file: 's.db', name: 's', technique: 'bandit', objectives: told.objectives, constraints: [], seed: 1 },
  ...{ version: '0.2.0', space: 'subnets', oracle: 'table', parameters: axesOf(told) },
};
const now = { writer: null, open: 0, running: [], fleet: null };
const trials = sampleTrials(120).map((trial) => ({ ...trial, seconds: null }));
const batch = (from: number, to: number) => toColumns(trials.slice(from, to), from, 2, head.parameters);

it('is the same study however it came in pieces, repeated ones included', () => {
  const whole = createStudyData(head, now);
  whole.append(batch(0, trials.length));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: trials.length }), { maxLength: 8 }), (cuts) => {
      const grown = createStudyData(head, now);
      for (const cut of [...cuts.sort((a, b) => a - b), trials.length])
        grown.append(batch(Math.max(0, grown.count - 3), cut));
      expect(grown.count).toBe(whole.count);
      expect(grown.front()).toEqual(whole.front());
      expect(grown.reached()).toEqual(whole.reached());
      expect(grown.failures).toEqual(whole.failures);
      expect(Array.from({ length: grown.count }, (_, i) => grown.parameters.map((column) => column.at(i)))).toEqual(
        Array.from({ length: whole.count }, (_, i) => whole.parameters.map((column) => column.at(i))),
      );
    }),
    { numRuns: 40 },
  );
});

it('knows the front at any time as counting finds it', () => {
  const data = createStudyData(head, now);
  data.append(batch(0, trials.length));
  for (const until of [1, 2, 17, 60, 120]) {
    const seen = trials.slice(0, until).flatMap(({ values }, index) => (values === null ? [] : [{ index, values }]));
    const members = front(seen.map(({ values }) => losses(values, told.objectives))).map(
      (i) => seen[i] as (typeof seen)[0],
    );
    // Of equal ones the page keeps the first.
    const distinct = [...new Map(members.toReversed().map((member) => [member.values.join(), member.index])).values()];
    expect([...data.front(until)].sort((a, b) => a - b)).toEqual(distinct.sort((a, b) => a - b));
  }
  expect(data.reached().at(-1)?.value).toBe(1);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportFront } from '../../src/charts/pareto-export.js';
import type { Objective } from '../../src/core/objective.js';
import type { FinishedTrial } from '../../src/core/trial.js';
import { checkXml } from '../supernet/report/check-xml.js';
import { sampleReport } from '../supernet/report/sample-report.js';

const objectives: Objective[] = [
  { metric: 'meanIou', direction: 'max' },
  { metric: 'encoderParameters', direction: 'min' },
];

const trial = (
  number: number,
  values: number[] | null,
  configuration: FinishedTrial['configuration'] = {},
): FinishedTrial => ({
  number,
  technique: 'random',
  configuration,
  state: values === null ? 'failed' : 'complete',
  values,
  metrics: null,
  improvement: 0,
});

/** Independent of the writer: RFC 4180 character by character. */
function readCsv(source: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < source.length; i++) {
    const character = source[i] as string;
    if (quoted && character === '"' && source[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === ',' || character === '\n')) {
      rows.at(-1)?.push(cell);
      cell = '';
      if (character === '\n') rows.push([]);
    } else cell += character;
  }
  return rows.slice(0, -1);
}

describe('exportFront', () => {
  const trials = [
    trial(0, [0.5, 10]),
    trial(1, [0.6, 20], { gate: true }),
    trial(2, [0.4, 15]),
    trial(3, null),
    trial(4, [0.7, 30]),
  ];

  it('lists the front alone, by the first objective', () => {
    expect(exportFront(trials, objectives, 'csv')).toBe(
      'number,technique,meanIou,encoderParameters,gate\n0,random,0.5,10,\n1,random,0.6,20,true\n4,random,0.7,30,\n',
    );
  });

  it('computes the hypervolume by hand up to a given reference', () => {
    // Boxes to (0.4, 40): 0.1 x 30 + 0.1 x 20 + 0.1 x 10.
    const { hypervolume, reference, front } = JSON.parse(
      exportFront(trials, objectives, 'json', { reference: [0.4, 40] }),
    );
    expect(hypervolume).toBeCloseTo(6, 12);
    expect(reference).toEqual([0.4, 40]);
    expect(front.map(({ number }: FinishedTrial) => number)).toEqual([0, 1, 4]);
    expect(front[1]).toEqual({
      number: 1,
      technique: 'random',
      values: { meanIou: 0.6, encoderParameters: 20 },
      configuration: { gate: true },
    });
  });

  it('puts the default reference a tenth of the range beyond the worst measured values', () => {
    const { reference } = JSON.parse(exportFront(trials, objectives, 'json'));
    expect(reference[0]).toBeCloseTo(0.4 - 0.03, 12);
    expect(reference[1]).toBeCloseTo(32, 12);
  });

  it('gives every value back from CSV', () => {
    const values = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 1, max: 1e7, noNaN: true }));
    const name = fc.string({ minLength: 1 }).filter((key) => key !== '__proto__');
    fc.assert(
      fc.property(fc.array(fc.tuple(values, name, fc.string()), { minLength: 1, maxLength: 8 }), (items) => {
        const all = items.map(([point, key, value], i) => trial(i, [...point], { [key]: value }));
        const [head, ...rows] = readCsv(exportFront(all, objectives, 'csv'));
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) {
          const source = all[Number(row[0])] as FinishedTrial;
          expect([Number(row[2]), Number(row[3])]).toEqual(source.values?.map((value) => value + 0));
          const [key, value] = Object.entries(source.configuration)[0] as [string, string];
          expect(row[head?.indexOf(key, 4) ?? -1]).toBe(value);
        }
      }),
    );
  });

  it('draws a well-formed picture that is the same every time, with one dot a trial', () => {
    const { study } = sampleReport();
    const svg = exportFront(study.trials, study.objectives, 'svg');
    expect(exportFront(study.trials, study.objectives, 'svg')).toBe(svg);
    const names = checkXml(svg.trim());
    const complete = study.trials.filter(({ values }) => values !== null).length;
    // Two more in the legend.
    expect(names.filter((name) => name === 'circle')).toHaveLength(complete + 2);
    expect(svg).not.toMatch(/href|url\(|NaN|Infinity|undefined/);
  });

  it('survives a study without a measured trial', () => {
    expect(exportFront([trial(0, null)], objectives, 'csv')).toBe('number,technique,meanIou,encoderParameters\n');
    expect(exportFront([], objectives, 'svg')).not.toMatch(/NaN|Infinity/);
    expect(JSON.parse(exportFront([], objectives, 'json')).hypervolume).toBe(0);
  });

  it('refuses a reference of the wrong length and a picture of one objective', () => {
    expect(() => exportFront(trials, objectives, 'csv', { reference: [1] })).toThrow(/needs 2 numbers/);
    expect(() => exportFront([trial(0, [1])], objectives.slice(0, 1), 'svg')).toThrow(/two objectives/);
  });
});

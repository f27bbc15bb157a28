import { describe, expect, it } from 'vitest';
import { tableLines } from '../../../src/supernet/report/controls-table.js';
import { headline } from '../../../src/supernet/report/findings.js';
import { renderReport } from '../../../src/supernet/report/html.js';
import type { ReportRow } from '../../../src/supernet/report/report-model.js';
import { reportRows } from '../../../src/supernet/report/write-report.js';
import { checkXml } from './check-xml.js';
import { sampleReport } from './sample-report.js';

const input = sampleReport();

describe('renderReport', async () => {
  const html = await renderReport(input);

  it('is well-formed and loads nothing', () => {
    checkXml(html.replace('<!doctype html>', '').replace(/<style>[\s\S]*?<\/style>/, ''));
    const readable = html.replaceAll(/base64,[\w+/=]+/g, '');
    expect(readable.match(/<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)|@import|url\(|NaN|undefined/g)).toBeNull();
  });

  it('writes what it is given as text', async () => {
    const nasty = '<script>alert("1")</script>&';
    const page = await renderReport({
      ...input,
      title: nasty,
      command: nasty,
      environment: { [nasty]: nasty },
      dataset: { name: nasty, licence: nasty, splits: { [nasty]: 1 } },
      rows: input.rows.map((row) => ({ ...row, name: row.name + nasty })),
      ranking: [{ name: nasty, drop: 0 }],
      maskPanels: input.maskPanels.slice(0, 1).map((panel) => ({ ...panel, name: nasty })),
    });
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;');
    checkXml(page.replace('<!doctype html>', '').replace(/<style>[\s\S]*?<\/style>/, ''));
  });

  it('is the same every time', async () => {
    expect(await renderReport(sampleReport())).toBe(html);
  });

  it('lists the files of finished subnets where there are any', async () => {
    const finished = input.rows
      .filter(({ name }) => name === input.chosen[1]?.name)
      .map((row) => ({ ...row, name: `${row.name}-finished` }));
    const page = await renderReport({ ...input, rows: [...input.rows, ...finished] });
    const file = `models/${finished[0]?.name}/decoder.onnx`;
    expect(page).toContain(file);
    expect(html).not.toContain(file);
    expect(page.match(/models\/[\w-]+-finished\/encoder\.onnx/g)).toHaveLength(1);
  });

  it('shows every single network with the numbers of its rows', () => {
    for (const row of input.rows.filter(({ name }) => !name.includes('#'))) {
      expect(html).toContain(`>${row.meanIou.toFixed(3)}<small> ± ${row.spread.toFixed(3)}</small>`);
    }
  });

  it('leaves out what there is nothing to say about', async () => {
    const { ranking: _, ...rest } = input;
    const page = await renderReport({
      ...rest,
      rows: [],
      chosen: [],
      training: [],
      maskPanels: [],
      study: { ...input.study, trials: [] },
      blocks: { pieces: [], subnets: [] },
    });
    expect(page.match(/<h2>[^<]*/g)).toEqual(['<h2>How to get this again']);
  });
});

const row = (name: string, meanIou: number, more: Partial<ReportRow> = {}): ReportRow => ({
  name,
  configuration: null,
  encoderParameters: 100,
  reduction: 0,
  inputSize: 224,
  split: 'test',
  prompt: 'box',
  mask: 'single',
  meanIou,
  spread: 0.01,
  bySeed: [meanIou - 0.01, meanIou + 0.01],
  objects: 9,
  seeds: [1, 2],
  ...more,
});

describe('tableLines', () => {
  it('subtracts the pre-trained network at the same size and at 1024, and joins the members of a control', () => {
    const lines = tableLines(
      [
        row('pre-trained', 0.6),
        row('pre-trained', 0.8, { inputSize: 1024 }),
        row('subnet-50', 0.7),
        row('random #1', 0.6),
        row('random #2', 0.7),
        row('subnet-50', 0.1, { split: 'val' }),
        row('subnet-50', 0.2, { mask: 'oracle' }),
      ],
      'test',
      'single',
    );
    expect(lines.map(({ name, members }) => [name, members])).toEqual([
      ['pre-trained', 1],
      ['pre-trained', 1],
      ['subnet-50', 1],
      ['random', 2],
    ]);
    expect(lines[0]?.scores.box?.overSameSize).toBeUndefined();
    expect(lines[0]?.scores.box?.overOwnSize).toBeCloseTo(-0.2);
    expect(lines[2]?.scores.box?.overSameSize).toBeCloseTo(0.1);
    expect(lines[2]?.scores.box?.overOwnSize).toBeCloseTo(-0.1);
    expect(lines[3]?.scores.box?.meanIou).toBeCloseTo(0.65);
    expect(lines[3]?.scores.box?.spread).toBeCloseTo(Math.sqrt(0.005));
    expect(lines[3]?.scores.point).toBeUndefined();
  });
});

describe('headline', () => {
  const chosen = ['a', 'b'].map((name) => ({ name, trial: 0, configuration: {}, encoderParameters: 0, reduction: 0 }));
  const baseline = [row('pre-trained', 0.6), row('pre-trained', 0.4, { prompt: 'point' })];

  it('names the smallest chosen subnet that is better with every prompt', () => {
    const rows = [
      ...baseline,
      row('a', 0.7, { encoderParameters: 50, reduction: 0.5 }),
      row('a', 0.45, { prompt: 'point', encoderParameters: 50, reduction: 0.5 }),
      row('b', 0.7, { encoderParameters: 30, reduction: 0.7 }),
      row('b', 0.39, { prompt: 'point', encoderParameters: 30, reduction: 0.7 }),
    ];
    expect(headline({ rows, chosen })).toBe(
      'With 50 % fewer encoder parameters, a reaches an mIoU of 0.700 with a box and 0.450 with a point on the test split: ' +
        '+0.100 with a box and +0.050 with a point against the pre-trained network at the same input size (224).',
    );
  });

  it('says so when there is none', () => {
    expect(headline({ rows: [...baseline, row('a', 0.5)], chosen })).toMatch(/^No chosen subnet scores above/);
  });
});

describe('reportRows', () => {
  it('writes exactly the fields of a row', () => {
    const rows = JSON.parse(
      reportRows({ ...input, rows: input.rows.map((line) => ({ ...line, extra: 1 })) }),
    ) as ReportRow[];
    expect(rows).toEqual(input.rows);
    expect(Object.keys(rows[0] ?? {})).toEqual(
      'name configuration encoderParameters reduction inputSize split prompt mask meanIou spread bySeed objects seeds'.split(
        ' ',
      ),
    );
  });

  it('ends those of a chosen subnet with the trial of the study that proves it', () => {
    const fingerprint = { weights: 'abc' };
    const origin = { study: 's', seed: 1, technique: 't', space: 'h', oracle: 'o', fingerprint, version: '1' };
    const [first] = input.rows;
    const proven = {
      rows: [{ ...(first as ReportRow), name: 'subnet-50' }, first as ReportRow],
      chosen: [{ name: 'subnet-50', trial: 7, configuration: {}, encoderParameters: 1, reduction: 0.5 }],
      study: { ...input.study, origin },
    };
    const rows = JSON.parse(reportRows(proven)) as { readonly origin?: unknown }[];
    expect(rows.map((line) => line.origin)).toEqual([{ ...origin, trial: 7 }, undefined]);
  });
});

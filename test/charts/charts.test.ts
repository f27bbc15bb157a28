import { describe, expect, it } from 'vitest';
import { historyChart } from '../../src/charts/history-chart.js';
import { NARROW } from '../../src/charts/html-page.js';
import { paretoChart } from '../../src/charts/pareto-chart.js';
import { createScale } from '../../src/charts/svg/scale.js';
import { blockChart } from '../../src/supernet/report/block-chart.js';
import { rankingChart } from '../../src/supernet/report/ranking-chart.js';
import { TRAINING_SIZE, trainingCharts } from '../../src/supernet/report/training-charts.js';
import { checkXml } from '../supernet/report/check-xml.js';
import { sampleReport } from '../supernet/report/sample-report.js';

const input = sampleReport();
const { trials, objectives, baselines } = input.study;
const chosen = input.chosen.flatMap(({ name, trial }) => (trial === null ? [] : [{ name: `<${name} & "co">`, trial }]));
const single = trials.map((trial) => ({ ...trial, values: trial.values === null ? null : trial.values.slice(0, 1) }));

describe('charts', () => {
  const charts: [name: string, svg: string][] = [
    ['front', paretoChart({ trials, objectives, chosen, baselines })],
    ['history of two objectives', historyChart(trials, objectives)],
    ['history of one objective', historyChart(single, objectives.slice(0, 1))],
    ['history of nothing', historyChart([], objectives)],
    ['ranking', rankingChart(input.ranking ?? [])],
    ['ranking for a phone', rankingChart(input.ranking ?? [], NARROW.width)],
    ...[TRAINING_SIZE, NARROW].flatMap((size) =>
      trainingCharts(input.training).map(({ title, draw }): [string, string] => [`${title} ${size.width}`, draw(size)]),
    ),
    ...input.blocks.subnets.flatMap((subnet): [string, string][] => [
      [subnet.name, blockChart(input.blocks, subnet)],
      [`${subnet.name} for a phone`, blockChart(input.blocks, subnet, 'tall')],
    ]),
  ];

  it.each(charts)('%s is well-formed, complete in itself and has a title', (_, svg) => {
    expect(checkXml(svg).slice(0, 2)).toEqual(['svg', 'title']);
    expect(svg).not.toMatch(/href|url\(|NaN|Infinity|undefined/);
  });

  it('writes names as text', () => {
    const svg = charts[0]?.[1] ?? '';
    expect(svg).toContain('&lt;subnet-50 &amp; &quot;co&quot;&gt;');
    expect(svg.match(/<polygon/g)).toHaveLength(baselines.length);
  });

  it('groups training curves by the first word of their names', () => {
    expect(trainingCharts(input.training).map(({ title }) => title)).toEqual(['loss', 'iou']);
  });

  it('draws a whisker of one standard error to either side of a bar, where there is one', () => {
    const blocks = [
      { name: 'a', drop: 0.1, standardError: 0.02 },
      { name: 'b', drop: 0.1 },
      { name: 'c', drop: -0.05, standardError: 0.1 },
    ];
    const svg = rankingChart(blocks);
    const horizontal = [...svg.matchAll(/<line x1="([\d.]+)" x2="([\d.]+)" y1="([\d.]+)" y2="\3" stroke="([^"]+)"/g)];
    const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map(([, x, width]) => [
      Number(x),
      Number(x) + Number(width),
    ]);
    const whiskers = horizontal
      .filter(([, , , y]) => Number(y) % 20 === 0)
      .map(([, from, to]) => [Number(from), Number(to)]);
    expect(whiskers).toHaveLength(2);
    const [[zero = 0, end = 0] = []] = bars.slice(-3);
    const unit = (end - zero) / 0.1;
    expect(whiskers[0]?.[0]).toBeCloseTo(end - 0.02 * unit, 0);
    expect(whiskers[0]?.[1]).toBeCloseTo(end + 0.02 * unit, 0);
    expect(whiskers[1]?.[1]).toBeCloseTo(zero + 0.05 * unit, 0);
  });

  it('crosses out exactly the removed pieces', () => {
    const [subnet] = input.blocks.subnets;
    const removed = subnet?.active.filter((active) => active === 0).length;
    expect(subnet && blockChart(input.blocks, subnet).match(/stroke-dasharray/g)).toHaveLength(removed ?? -1);
  });
});

describe('createScale', () => {
  it('has a few round ticks inside the domain, whatever the numbers', () => {
    for (const values of [[0, 1], [0.531, 0.778], [995_008, 5_738_964], [-3, 4e-9], [5], [], [1e9, 1e9 + 1]]) {
      const scale = createScale(values, 0, 100);
      expect(scale.ticks.length).toBeGreaterThan(1);
      expect(scale.ticks.length).toBeLessThan(12);
      for (const tick of scale.ticks) {
        expect(scale.at(tick)).toBeGreaterThan(-1e-4);
        expect(scale.at(tick)).toBeLessThan(100 + 1e-4);
      }
      for (const value of values) expect(scale.at(value) >= 0 && scale.at(value) <= 100).toBe(true);
    }
  });
});

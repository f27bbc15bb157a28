import { createRng } from '../../../src/base/rng.js';
import type { FinishedTrial } from '../../../src/core/trial.js';
import type { MaskPanel, ReportInput, ReportRow } from '../../../src/supernet/report/report-model.js';

const FULL = 5_738_964;
const TECHNIQUES = ['bandit/random', 'bandit/greedy-mutation', 'bandit/regularized-evolution'];

/** A made-up report of the real one's shape and size, the same every time. */
export function sampleReport(): ReportInput {
  const trials = sampleTrials(150);
  const pieces = [
    { name: 'stage0.block0', full: 256 },
    ...[2, 6, 2].flatMap((blocks, stage) =>
      Array.from({ length: blocks }, (_, block) => [
        { name: `stage${stage + 1}.block${block}.attention`, full: 1 },
        { name: `stage${stage + 1}.block${block}.mlp`, full: 640 },
      ]).flat(),
    ),
  ];
  const rng = createRng('blocks');
  const chosen = [30, 50, 70].map((target) => {
    const fitting = trials.filter((trial) => (trial.values?.[1] ?? Infinity) <= FULL * (1 - target / 100));
    const trial = fitting.reduce((a, b) => ((b.values?.[0] ?? 0) > (a.values?.[0] ?? 0) ? b : a));
    const encoderParameters = trial.values?.[1] as number;
    return {
      name: `subnet-${target}`,
      trial: trial.number,
      configuration: trial.configuration,
      encoderParameters,
      reduction: 1 - encoderParameters / FULL,
    };
  });
  return {
    title: 'quickstart: a smaller and better MobileSAM for nuclei',
    command: 'npm ci && npm run quickstart',
    environment: { backend: 'tfjs wasm (2 threads)', 'search input size': '224', 'training steps': '100', seed: '1' },
    dataset: { name: 'dsb2018-nuclei', licence: 'CC0-1.0', splits: { train: 160, val: 16, test: 24 } },
    rows: sampleRows(chosen),
    study: {
      name: 'quickstart',
      objectives: [
        { metric: 'meanIou', direction: 'max' },
        { metric: 'encoderParameters', direction: 'min' },
      ],
      trials,
      baselines: [{ name: 'pre-trained', values: [0.531, FULL] }],
    },
    chosen,
    blocks: {
      pieces,
      subnets: chosen.map(({ name, reduction }) => ({
        name,
        active: pieces
          .map(({ full }) =>
            full === 1
              ? rng.float() < reduction
                ? 0
                : 1
              : Math.ceil(rng.pick([1, 3, 4].map((q) => (q * (1 - reduction)) / 2)) * full),
          )
          .map((active, i) =>
            active > (pieces[i]?.full ?? 0) ? (pieces[i]?.full ?? 0) : rng.float() < 0.12 ? 0 : active,
          ),
      })),
    },
    training: Array.from({ length: 100 }, (_, i) => ({
      step: i + 1,
      series: {
        lossLargest: 0.9 * Math.exp(-i / 30) + 0.3 + 0.05 * rng.normal(),
        lossSmallest: Math.exp(-i / 25) + 0.4 + 0.05 * rng.normal(),
        ...(i % 20 === 19
          ? {
              iouLargest: 0.8 - 0.2 * Math.exp(-i / 20),
              iouMedium: 0.78 - 0.3 * Math.exp(-i / 20),
              iouSmallest: 0.76 - 0.5 * Math.exp(-i / 20),
            }
          : {}),
      },
    })),
    maskPanels: [samplePanel('0a849e0eb15f', 160, 120), samplePanel('tall <i>', 90, 130)],
    ranking: pieces.slice(0, 12).map(({ name }, i) => ({ name, drop: i === 3 ? -0.004 : 0.16 / (i + 1) })),
  };
}

function sampleTrials(count: number): FinishedTrial[] {
  const rng = createRng('trials');
  return Array.from({ length: count }, (_, number) => {
    const share = 0.2 + 0.8 * rng.float();
    const iou = 0.76 - 0.06 * (1 - share) ** 2 + 0.008 * rng.normal() - 0.05 * Math.exp(-number / 15) * rng.float();
    const technique = rng.pick(TECHNIQUES);
    const configuration = {
      'stage1.block0.attention': rng.float() < 0.5,
      'stage1.block0.mlp': number,
    };
    if (number % 29 === 28) {
      const failure = { kind: 'runtime', message: 'no' } as const;
      return {
        number,
        technique,
        configuration,
        state: 'failed',
        values: null,
        metrics: null,
        failure,
        improvement: 0,
      };
    }
    const values = [iou, Math.round(FULL * share)];
    const metrics = { meanIou: iou, encoderParameters: Math.round(FULL * share) };
    return { number, technique, configuration, state: 'complete', values, metrics, improvement: 0 };
  });
}

function sampleRows(chosen: ReportInput['chosen']): ReportRow[] {
  const rng = createRng('rows');
  const networks = [
    { name: 'pre-trained', encoderParameters: FULL, inputSize: 224, gain: 0, configuration: null },
    { name: 'pre-trained', encoderParameters: FULL, inputSize: 1024, gain: 0.2, configuration: null },
    { name: 'fine-tuned alone', encoderParameters: FULL, inputSize: 224, gain: 0.15, configuration: null },
    { name: 'supernet, full', encoderParameters: FULL, inputSize: 224, gain: 0.148, configuration: null },
    ...chosen.flatMap(({ name, encoderParameters, configuration }) => [
      { name, encoderParameters, inputSize: 224, gain: 0.14, configuration },
      ...[1, 2, 3].map((i) => ({
        name: `random of ${name}'s size #${i}`,
        encoderParameters,
        inputSize: 224,
        gain: 0.13,
        configuration,
      })),
      { name: `last blocks cut to ${name}'s size`, encoderParameters, inputSize: 224, gain: -0.2, configuration },
    ]),
  ];
  return networks.flatMap(({ gain, ...network }) =>
    (['box', 'point'] as const).flatMap((prompt) =>
      (['single', 'predicted', 'oracle'] as const).map((mask) => {
        const meanIou =
          (prompt === 'box' ? 0.654 : 0.397) + gain + (mask === 'oracle' ? 0.03 : 0) + 0.01 * rng.normal();
        const half = 0.002 + 0.003 * rng.float();
        return {
          ...network,
          reduction: 1 - network.encoderParameters / FULL,
          split: 'test',
          prompt,
          mask,
          meanIou,
          spread: half * Math.SQRT2,
          bySeed: [meanIou - half, meanIou + half],
          objects: 132,
          seeds: [1, 2],
        };
      }),
    ),
  );
}

function samplePanel(name: string, width: number, height: number): MaskPanel {
  const rng = createRng('panel', name);
  const cells = Array.from({ length: 7 }, () => ({
    x: rng.int(10, width - 10),
    y: rng.int(10, height - 10),
    r: rng.int(7, 15),
  }));
  const labels = (grow: number) =>
    Uint8Array.from({ length: width * height }, (_, i) => {
      const found = cells.findIndex(
        ({ x, y, r }) => ((i % width) - x) ** 2 + (Math.floor(i / width) - y) ** 2 < (r + grow) ** 2,
      );
      return found + 1;
    });
  const truth = labels(0);
  const rgb = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (truth[Math.floor(i / 3)] === 0 ? 20 : 120) + rng.int(0, 20),
  );
  return {
    name,
    image: { width, height, rgb },
    overlays: [
      { title: 'pre-trained', mask: labels(4), truth, iou: 0.61 },
      { title: 'subnet-50', mask: labels(-1), truth, iou: 0.87 },
    ],
  };
}

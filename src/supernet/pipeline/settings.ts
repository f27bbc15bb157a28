import { join } from 'node:path';
import { trainingDefaults } from '../train/training-options.js';

/** What one walk of the whole chain costs and where it ends up; `quickstart` and `full` differ by nothing else. */
export interface PipelineSettings {
  readonly name: 'quickstart' | 'full';
  /** The line that repeats it, printed in the report; options follow it. */
  readonly command: string;
  /** Pixels along one side; multiples of 224 need no padding of windows. */
  readonly inputSize: number;
  readonly seed: number;
  readonly trainingImages: number;
  readonly validationImages: number;
  readonly testImages: number;
  readonly rankingImages: number;
  /** Largest objects of an image that are scored. */
  readonly maxObjects: number;
  readonly trainingSteps: number;
  /** How every chosen subnet is trained on alone: its steps as a share of `trainingSteps` (0 leaves it as it was found), its peak rate. */
  readonly finishing: { readonly share: number; readonly rate: number };
  /** Measured trials of the search. */
  readonly trials: number;
  /** Prompt seeds of the test scores; their spread is the noise of the metric. */
  readonly promptSeeds: readonly number[];
  /** Random subnets of the same size that each chosen subnet is held against. */
  readonly randomControls: number;
}

/** Reductions of encoder parameters that a subnet is chosen for. */
export const TARGET_REDUCTIONS = [0.3, 0.5, 0.7] as const;

export const quickstartSettings: PipelineSettings = {
  name: 'quickstart',
  command: 'npm run quickstart',
  inputSize: 224,
  seed: 1,
  trainingImages: 160,
  validationImages: 16,
  testImages: 24,
  rankingImages: 10,
  maxObjects: 6,
  trainingSteps: 60,
  finishing: { share: 1, rate: trainingDefaults.rate },
  trials: 100,
  promptSeeds: [1, 2, 3],
  randomControls: 4,
};

export const fullSettings: PipelineSettings = {
  name: 'full',
  command: 'npm run full',
  inputSize: 448,
  seed: 1,
  trainingImages: 160,
  validationImages: 32,
  testImages: 50,
  rankingImages: 12,
  maxObjects: 8,
  trainingSteps: 600,
  finishing: { share: 0.25, rate: trainingDefaults.rate / 3 },
  trials: 120,
  promptSeeds: [1, 2, 3],
  randomControls: 3,
};

/** Steps that every chosen subnet is trained on alone; where they come to none, no subnet is finished. */
export const finishingSteps = ({ finishing, trainingSteps }: PipelineSettings): number =>
  Math.round(finishing.share * trainingSteps);

/** Where everything of one walk of the chain lies. */
export const pipelineFiles = (folder: string) => {
  const work = join(folder, 'work');
  return {
    folder,
    pretrained: join(work, 'pretrained'),
    ranking: join(work, 'ranking.json'),
    space: join(folder, 'search-space.json'),
    prioritized: join(work, 'prioritized'),
    supernet: join(work, 'supernet'),
    finetuned: join(work, 'fine-tuned-alone'),
    trainedOn: join(work, 'trained-on'),
    scores: join(work, 'test-scores.json'),
    study: join(folder, 'study.db'),
    models: join(folder, 'models'),
    reportInput: join(folder, 'report-input.json'),
    paretoCsv: join(folder, 'pareto.csv'),
    frontSvg: join(folder, 'front.svg'),
    leftOut: join(folder, 'left-out.json'),
  };
};

export type PipelineFiles = ReturnType<typeof pipelineFiles>;

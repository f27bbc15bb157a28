import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { average } from '../chain/average.js';
import { wholeNetwork } from '../chain/train.js';
import type { Dataset } from '../data/dataset.js';
import type { EvaluationSet } from '../method/evaluate.js';
import { readModel } from '../model/model-folder.js';
import { finishedName } from '../report/report-model.js';
import { trainSupernet } from '../train/train-supernet.js';
import { trainingDefaults } from '../train/training-options.js';
import { describeData } from './assemble-report.js';
import type { ChosenSubnet } from './choose-subnets.js';
import { finishingSteps } from './settings.js';
import { once } from './stage.js';
import type { Walk } from './stages.js';

/**
 * Trains every chosen subnet on alone and writes the mean of what it was and what it became: with a box that has what the training
 * gained, with a point it keeps most of what the training would lose (docs/results.md). Each gets a decoder of its own.
 */
export async function finishStage(
  { settings, files, backend, telling, signal }: Walk,
  chosen: readonly ChosenSubnet[],
  { dataset, validation }: { readonly dataset: Dataset; readonly validation: EvaluationSet },
): Promise<void> {
  const { inputSize, seed } = settings;
  const steps = finishingSteps(settings);
  if (steps === 0) return;
  const whole = {
    ...trainingDefaults,
    space: wholeNetwork(),
    dataset,
    validation,
    backend,
    inputSize,
    steps,
    seed,
    rate: settings.finishing.rate,
  };
  for (const { name } of chosen) {
    const output = join(files.models, finishedName(name));
    if (existsSync(output)) continue;
    const model = await readModel(join(files.models, name));
    const trainedOn = join(files.trainedOn, name);
    const training = { ...whole, model, mode: 'full-only', output: trainedOn } as const;
    const after = existsSync(join(trainedOn, 'network.json'))
      ? await readModel(trainedOn)
      : await telling.progress(`finish ${name}`, (onProgress) => trainSupernet(training, { onProgress, signal }));
    await once(output, async (partial) => {
      await average([model, after], { output: partial, trainedOn: await describeData(dataset) });
    });
  }
}

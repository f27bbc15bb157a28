import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../../base/files.js';
import { claimFolder } from '../../../base/lock.js';
import type { LongRunning } from '../../../base/progress.js';
import { InterruptedError, ModelError } from '../../../errors.js';
import type { Dataset } from '../../data/dataset.js';
import type { EvaluationSet } from '../../method/evaluate.js';
import { createEncoder, type NetworkDescription } from '../../model/description.js';
import { type Model, writeModel } from '../../model/model-folder.js';
import { adamWStep, clipScale, createMoments, learningRate, sumInPlace } from '../adamw.js';
import type { TrainingBackend } from '../backend.js';
import { createExecutor } from '../executor.js';
import { flattenParameters, readCheckpoint, unflattenParameters, writeCheckpoint } from '../flat-parameters.js';
import { keepSettingsIn, type Settings } from '../training-settings.js';
import { initialWeights, withDecoder } from './first-weights.js';
import { type StudentJob, type StudentLosses, studentNames } from './student-gradient.js';
import { drawJobs, isWithMasks, jobSizes } from './student-jobs.js';
import { createTeacher, scoreStudent, type Teacher } from './teacher.js';

export interface DistillationOptions {
  readonly teacher: Model;
  /** Of `studentDescription`, or of `learntStudent`. */
  readonly student: NetworkDescription;
  /** What it begins with. Without: random weights of the seed. */
  readonly first?: Pick<Model, 'weights' | 'sha256' | 'description'> | undefined;
  readonly dataset: Dataset;
  /** Scored every `evaluateEvery` steps for the curves; no decision is taken on it. */
  readonly validation: EvaluationSet;
  readonly backend: TrainingBackend;
  readonly steps: number;
  /** Images a step. */
  readonly batch: number;
  /** Peak learning rate. */
  readonly rate: number;
  /** Share of the steps, the last ones, that add the loss of the masks. */
  readonly maskShare: number;
  readonly seed: number;
  readonly output: string;
  /** Most that kept embeddings of the teacher take on disk. */
  readonly cacheBytes: number;
  readonly evaluateEvery: number;
  readonly checkpointEvery: number;
  readonly workers?: number;
}

export const distillationDefaults = {
  batch: 8,
  rate: 5e-4,
  maskShare: 0.25,
  cacheBytes: 4 * 2 ** 30,
  evaluateEvery: 100,
  checkpointEvery: 50,
} as const;

/** The rate rises over this share of the steps, and over no fewer than so many: random weights need a slow start. */
const WARM_UP_SHARE = 0.05;
const WARM_UP_STEPS = 20;
const GRADIENT_NORM = 5;
const LOG_HEADER = 'step,rate,gradientNorm,cosine,l2,mask,valCosine,valBoxIou,valPointIou';

/**
 * Teaches a student the teacher's image embedding (cosine and relative L2), and for the last part of the
 * steps the masks themselves as well, through the teacher's decoder, which stays as it is. AdamW with warm-up and
 * cosine. Stops and resumes exactly: everything random is drawn from (seed, step), and a checkpoint holds weights, moments
 * and step. Writes `training.csv`, and the student when it is done.
 * @throws InterruptedError after saving; ModelError when a loss or gradient is not finite, with the last good checkpoint kept;
 *   UsageError when the output folder belongs to other settings or another process works in it
 */
export async function distill(options: DistillationOptions, running: LongRunning = {}): Promise<Model> {
  const release = await claimFolder(options.output);
  try {
    await keepSettingsIn(options.output, settingsOf(options));
    const { teacher, student, output, cacheBytes } = options;
    const folder = join(output, 'teacher-embeddings');
    const embedder = await createTeacher(teacher, student.inputSize, folder, cacheBytes);
    try {
      const model = await teach(options, embedder, running);
      await embedder.clear();
      return model;
    } finally {
      await embedder.close();
    }
  } finally {
    await release();
  }
}

async function teach(
  options: DistillationOptions,
  teacher: Teacher,
  { onProgress, signal }: LongRunning,
): Promise<Model> {
  const { student, batch, steps, output } = options;
  const encoder = createEncoder(student);
  const initial =
    options.first === undefined
      ? initialWeights(encoder, options.teacher.weights, options.seed)
      : withDecoder(options.first.weights, options.teacher.weights, encoder);
  const flat = flattenParameters(initial, studentNames(encoder));
  const moments = createMoments(flat.values.length);
  const [checkpoint, log] = [join(output, 'checkpoint.safetensors'), join(output, 'training.csv')];
  const first = (await readCheckpoint(checkpoint, flat, moments)) + 1;
  await cutLog(log, LOG_HEADER, first - 1);
  const jobs = jobSizes(batch, student.inputSize);
  const executor = createExecutor(
    'student',
    options.backend,
    { description: student, inputSize: student.inputSize, weights: initial, flat, jobs: jobs.length },
    options.workers,
  );
  const draw = (step: number) => drawJobs(options, teacher, jobs, step);
  let next = first <= steps ? draw(first) : Promise.resolve([]);
  try {
    for (let step = first; step <= steps; step++) {
      if (signal?.aborted) {
        await writeCheckpoint(checkpoint, flat, moments, step - 1);
        throw new InterruptedError();
      }
      const prepared = await next;
      // The next step's images are read and embedded while this one is computed.
      if (step < steps) next = draw(step + 1);
      const losses = meanLosses(await executor.run(prepared), batch);
      const norm = sumInPlace(executor.gradients) / batch;
      if (![losses.cosine, losses.l2, losses.mask, norm].every(Number.isFinite)) throw notFinite(step, prepared);
      const rate = learningRate(step, steps, options.rate, Math.max(WARM_UP_STEPS, Math.round(WARM_UP_SHARE * steps)));
      const scale = clipScale(norm, GRADIENT_NORM) / batch;
      adamWStep(flat.values, executor.gradients[0], moments, flat.slots, rate, step, scale);
      const scores =
        step % options.evaluateEvery === 0 || step === steps
          ? await scoreStudent(unflattenParameters(initial, flat), encoder, options.validation, teacher)
          : ['', '', ''];
      const mask = isWithMasks(options, step) ? losses.mask.toFixed(5) : '';
      const line = [step, rate.toExponential(4), norm.toFixed(4), losses.cosine.toFixed(5), losses.l2.toFixed(5), mask];
      await appendFile(log, `${[...line, ...scores].join(',')}\n`);
      if (step % options.checkpointEvery === 0 || step === steps)
        await writeCheckpoint(checkpoint, flat, moments, step);
      onProgress?.(
        step,
        steps,
        `cosine ${losses.cosine.toFixed(3)} l2 ${losses.l2.toFixed(3)} ${mask && `mask ${mask}`}`,
      );
    }
  } finally {
    // Its embeddings must be written before the folder is given back.
    await next.catch(() => undefined);
    await executor.close();
  }
  const weights = unflattenParameters(initial, flat);
  return writeModel(output, { description: { ...student, source: sourceOf(options) }, weights });
}

const meanLosses = (losses: readonly StudentLosses[], batch: number): StudentLosses => {
  const mean = (name: keyof StudentLosses) => losses.reduce((sum, each) => sum + each[name], 0) / batch;
  return { cosine: mean('cosine'), l2: mean('l2'), mask: mean('mask') };
};

const notFinite = (step: number, jobs: readonly StudentJob[]): ModelError => {
  const names = jobs.flatMap(({ examples }) => examples.map(({ name }) => name));
  return new ModelError(
    'MODEL_LOSS',
    `the loss or its gradient is not finite at step ${step} (images ${names.join(', ')}); the last checkpoint is kept`,
    { remedy: 'lower --rate and run again in a new output folder' },
  );
};

function sourceOf({ teacher, dataset, steps, first }: DistillationOptions): NetworkDescription['source'] {
  const { name, source } = teacher.description;
  const learnt =
    first === undefined ? '' : `; began as ${first.description.name}: ${first.description.source.description}`;
  return {
    description:
      `supersam's own distillation, not official weights: taught the embedding of ${name} on ${dataset.name} ` +
      `in ${steps} steps (teacher: ${source.description}${learnt})`,
    ...(source.license !== undefined && { license: source.license }),
  };
}

const settingsOf = (options: DistillationOptions): Settings => ({
  student: options.student.name,
  inputSize: options.student.inputSize,
  steps: options.steps,
  batch: options.batch,
  rate: options.rate,
  maskShare: options.maskShare,
  seed: options.seed,
  backend: options.backend.name,
  teacher: options.teacher.sha256,
  data: options.dataset.hash,
  ...(options.first !== undefined && { first: options.first.sha256 }),
});

/** Begins a log with its header, or cuts it behind step `last`: later lines belong to steps that will be done again. */
async function cutLog(path: string, header: string, last: number): Promise<void> {
  const lines = existsSync(path) ? (await readFile(path, 'utf8')).split('\n').slice(1) : [];
  const kept = lines.filter((line) => line !== '' && Number.parseInt(line, 10) <= last);
  await writeAtomically(path, [header, ...kept].map((line) => `${line}\n`).join(''));
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../../base/did-you-mean.js';
import { writeAtomically } from '../../base/files.js';
import type { LongRunning, Progress } from '../../base/progress.js';
import { UsageError } from '../../errors.js';
import { prepareEvaluation } from '../method/evaluate.js';
import { type ArchitectureName, architectureNames, isArchitectureName } from '../model/architectures.js';
import { inputFormat, type NetworkDescription } from '../model/description.js';
import type { Model } from '../model/model-folder.js';
import { loadTrainingBackend, type TrainingBackend } from '../train/backend.js';
import { type ComparedWithTeacher, compareWithTeacher, modelCard } from '../train/distillation/compare-with-teacher.js';
import { type DistillationOptions, distillationDefaults, distill as teach } from '../train/distillation/distill.js';
import { learntStudent, type StudentSizes, studentDescription } from '../train/distillation/student.js';
import { type DataOptions, type ModelSource, openModel, openSplit } from './inputs.js';

type Recipe = Pick<DistillationOptions, 'batch' | 'maskShare' | 'cacheBytes'>;

export interface DistillOptions extends Omit<DataOptions, 'images'>, StudentSizes, Partial<Recipe>, LongRunning {
  /** Model folder to write, with checkpoint, training.csv and README.md; training that stopped there goes on. */
  readonly output: string;
  /**
   * Plain ViT to teach from random weights, by its name, or a network that goes on from the weights it has: a subnet, say, or one cut
   * from the pre-trained network. Default EfficientSAM-Ti.
   */
  readonly student?: ArchitectureName | ModelSource | undefined;
  /** Of both. Default: the teacher's. */
  readonly inputSize?: number | undefined;
  /** Peak learning rate. Default 5e-4, and 1e-4 for a student that has weights. */
  readonly rate?: number | undefined;
  /** Default 2000. */
  readonly steps?: number | undefined;
  readonly seed?: number | undefined;
  readonly workers?: number | undefined;
  readonly backend?: TrainingBackend | undefined;
  /** Of the comparison with the teacher at the end. */
  readonly onComparing?: Progress | undefined;
}

export interface DistillResult {
  readonly model: Model;
  /** Mean IoU of both on val, as in distillation.json. */
  readonly compared: ComparedWithTeacher;
}

/** Peak learning rate of a student that has learnt already. */
export const LEARNT_RATE = 1e-4;

/** Scored for the curves: enough to see the trend, few enough to cost little beside the steps. */
const CURVE = { images: 16, maxObjects: 6 };
/** Scored at the end, beside the teacher. */
const COMPARED = { images: 64, maxObjects: 8 };

export const DISTILLATION_STEPS = 2000;

/**
 * Teaches a network another's image embedding, then its masks: a plain ViT from random weights, so that the method has one to work
 * on, or a smaller one that has learnt already what a better one knows.
 * @throws UsageError for sizes that no network has, and what training throws
 */
export async function distill(source: ModelSource, options: DistillOptions): Promise<DistillResult> {
  const { output, steps = DISTILLATION_STEPS, seed = 1, minArea, workers, onProgress, onComparing, signal } = options;
  const { batch, maskShare, cacheBytes } = { ...distillationDefaults, ...options };
  const teacher = await openModel(source);
  const { student, first } = await openStudent(teacher.description, options);
  const rate = options.rate ?? (first === undefined ? distillationDefaults.rate : LEARNT_RATE);
  const { data, maskColours, onSkip, onNote } = options;
  const reading = { data, maskColours, onSkip, onNote };
  const dataset = await openSplit(reading, 'train', minArea);
  const valSet = async ({ images, maxObjects }: typeof CURVE) =>
    prepareEvaluation(await openSplit({ ...reading, images }, 'val'), {
      ...{ ...inputFormat(student), seed, prompts: ['box', 'point'], maxObjects },
      ...(minArea !== undefined && { minArea }),
    });
  const validation = await valSet(CURVE);
  const backend = options.backend ?? (await loadTrainingBackend());
  if (backend.name === 'webgpu') {
    throw new UsageError(
      'a student cannot be taught on webgpu, which gives what its losses read asynchronously alone',
      {
        remedy: 'use --backend onnx, or native on a GPU with CUDA',
      },
    );
  }
  const running = signal && { signal };
  const model = await teach(
    {
      ...{ ...distillationDefaults, teacher, student, first, dataset, validation, backend },
      ...{ output, steps, batch, rate, maskShare, seed, cacheBytes },
      ...(workers !== undefined && { workers }),
    },
    { ...running, ...(onProgress && { onProgress }) },
  );
  const compared = await compareWithTeacher({ teacher, student: model }, 'val', await valSet(COMPARED), {
    ...running,
    ...(onComparing && { onProgress: onComparing }),
  });
  await writeAtomically(join(output, 'README.md'), modelCard(model.description, compared, first !== undefined));
  await writeAtomically(join(output, 'distillation.json'), `${JSON.stringify(compared, null, 2)}\n`);
  return { model, compared };
}

async function openStudent(
  teacher: NetworkDescription,
  { student = 'efficientsam-ti', inputSize = teacher.inputSize, ...sizes }: DistillOptions,
): Promise<{ readonly student: NetworkDescription; readonly first?: Model }> {
  if (typeof student === 'string' && isArchitectureName(student)) {
    return { student: studentDescription(teacher, inputSize, student, sizes) };
  }
  if ([sizes.depth, sizes.channels, sizes.heads].some((size) => size !== undefined)) {
    throw new UsageError('a student that has weights has its sizes, too', {
      remedy: 'leave out --depth, --channels and --heads, or name an architecture',
    });
  }
  if (typeof student === 'string' && !existsSync(student)) {
    throw new UsageError(
      `there is no architecture and no model folder "${student}".${didYouMean(student, architectureNames)}`,
      {
        remedy: `choose one of ${architectureNames.join(', ')}, or name the folder of a network that has learnt already`,
      },
    );
  }
  const first = await openModel(student);
  return { student: learntStudent(first.description, teacher, inputSize), first };
}

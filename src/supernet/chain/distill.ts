import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import type { LongRunning, Progress } from '../../base/progress.js';
import { UsageError } from '../../errors.js';
import { prepareEvaluation } from '../method/evaluate.js';
import type { ArchitectureName } from '../model/architectures.js';
import { inputFormat } from '../model/description.js';
import type { Model } from '../model/model-folder.js';
import { loadTrainingBackend, type TrainingBackend } from '../train/backend.js';
import { type ComparedWithTeacher, compareWithTeacher, modelCard } from '../train/distillation/compare-with-teacher.js';
import { type DistillationOptions, distillationDefaults, distill as teach } from '../train/distillation/distill.js';
import { type StudentSizes, studentDescription } from '../train/distillation/student.js';
import { type DataOptions, type ModelSource, openModel, openSplit } from './inputs.js';

type Recipe = Pick<DistillationOptions, 'batch' | 'rate' | 'maskShare' | 'cacheBytes'>;

export interface DistillOptions extends Omit<DataOptions, 'images'>, StudentSizes, Partial<Recipe>, LongRunning {
  /** Model folder to write, with checkpoint, training.csv and README.md; training that stopped there goes on. */
  readonly output: string;
  /** Plain ViT to teach. Default EfficientSAM-Ti. */
  readonly student?: ArchitectureName | undefined;
  /** Of both. Default: the teacher's. */
  readonly inputSize?: number | undefined;
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

/** Scored for the curves: enough to see the trend, few enough to cost little beside the steps. */
const CURVE = { images: 16, maxObjects: 6 };
/** Scored at the end, beside the teacher. */
const COMPARED = { images: 64, maxObjects: 8 };

export const DISTILLATION_STEPS = 2000;

/**
 * Teaches a plain ViT from random weights a network's image embedding, then its masks, so that the method has one to work on.
 * @throws UsageError for sizes that no network has, and what training throws
 */
export async function distill(source: ModelSource, options: DistillOptions): Promise<DistillResult> {
  const { output, steps = DISTILLATION_STEPS, seed = 1, minArea, workers, onProgress, onComparing, signal } = options;
  const { batch, rate, maskShare, cacheBytes } = { ...distillationDefaults, ...options };
  const teacher = await openModel(source);
  const inputSize = options.inputSize ?? teacher.description.inputSize;
  const student = studentDescription(teacher.description, inputSize, options.student ?? 'efficientsam-ti', options);
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
      ...{ ...distillationDefaults, teacher, student, dataset, validation, backend },
      ...{ output, steps, batch, rate, maskShare, seed, cacheBytes },
      ...(workers !== undefined && { workers }),
    },
    { ...running, ...(onProgress && { onProgress }) },
  );
  const compared = await compareWithTeacher({ teacher, student: model }, 'val', await valSet(COMPARED), {
    ...running,
    ...(onComparing && { onProgress: onComparing }),
  });
  await writeAtomically(join(output, 'README.md'), modelCard(model.description, compared));
  await writeAtomically(join(output, 'distillation.json'), `${JSON.stringify(compared, null, 2)}\n`);
  return { model, compared };
}

import { inputFormat } from '../../model/description.js';
import { drawExample } from '../training-example.js';
import type { DistillationOptions } from './distill.js';
import type { StudentJob } from './student-gradient.js';
import type { Teacher } from './teacher.js';

/** Pixels of the images that go through the student together: four images of 224. */
const JOB_PIXELS = 4 * 224 ** 2;

/** How many images every job takes; fixed by batch and input size, so that no sum depends on the machine. */
export function jobSizes(batch: number, inputSize: number): number[] {
  const most = Math.max(1, Math.floor(JOB_PIXELS / inputSize ** 2));
  const count = Math.ceil(batch / most);
  return Array.from(
    { length: count },
    (_, i) => Math.floor(((i + 1) * batch) / count) - Math.floor((i * batch) / count),
  );
}

/** The images of a step with the teacher's embeddings of them, as jobs. */
export function drawJobs(
  options: DistillationOptions,
  teacher: Teacher,
  jobs: readonly number[],
  step: number,
): Promise<StudentJob[]> {
  const { dataset, student, seed, batch } = options;
  const format = inputFormat(student);
  const draw = async (): Promise<StudentJob[]> => {
    const examples = await Promise.all(
      Array.from({ length: batch }, (_, position) => drawExample(dataset, format, seed, step, batch, position)),
    );
    const embeddings: Float32Array[] = [];
    for (const example of examples) embeddings.push(await teacher.embed(example));
    let from = 0;
    return jobs.map((size) => {
      const [start, end] = [from, from + size];
      from = end;
      const withMasks = isWithMasks(options, step);
      return { examples: examples.slice(start, end), embeddings: embeddings.slice(start, end), withMasks };
    });
  };
  const drawn = draw();
  // Its failure is met where it is awaited, a step later.
  drawn.catch(() => undefined);
  return drawn;
}

/** Whether a step is among the last ones, which look at the masks. */
export const isWithMasks = ({ steps, maskShare }: DistillationOptions, step: number): boolean =>
  step > steps - Math.round(maskShare * steps);

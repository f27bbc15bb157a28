import type { LongRunning } from '../../../base/progress.js';
import { type Evaluation, type EvaluationSet, evaluate } from '../../method/evaluate.js';
import { macs, parameterCount } from '../../model/closed-form.js';
import { createEncoder, type NetworkDescription } from '../../model/description.js';
import type { Model } from '../../model/model-folder.js';
import { fullSubnet } from '../../model/network.js';
import { createOnnxSegmenter } from '../../run-onnx/segmenter.js';

/** What `distillation.json` says of one of the two networks. */
export interface ComparedNetwork {
  readonly name: string;
  /** Of the weights. */
  readonly sha256: string;
  readonly encoderParameters: number;
  /** Multiply-accumulates of the encoder for one image. */
  readonly macs: number;
  /** Mean IoU over objects, by prompt and choice of mask. */
  readonly meanIou: { readonly [prompt: string]: { readonly [mask: string]: number } };
}

export interface ComparedWithTeacher {
  readonly inputSize: number;
  readonly split: string;
  readonly images: number;
  readonly objects: number;
  readonly teacher: ComparedNetwork;
  readonly student: ComparedNetwork;
}

/** Scores both on the same images and prompts; the set's format serves both, since a student takes its teacher's. */
export async function compareWithTeacher(
  models: { readonly teacher: Model; readonly student: Model },
  split: string,
  set: EvaluationSet,
  { onProgress, signal }: LongRunning = {},
): Promise<ComparedWithTeacher> {
  const { inputSize } = models.student.description;
  const images = set.items.length;
  const score = async (model: Model, before: number): Promise<ComparedNetwork> => {
    const encoder = createEncoder(model.description, inputSize);
    const segmenter = await createOnnxSegmenter(model, encoder);
    const subnet = fullSubnet(encoder);
    try {
      const result = await evaluate(segmenter, subnet, set, {
        onProgress: (done) => onProgress?.(before + done, 2 * images, model.description.name),
        ...(signal && { signal }),
      });
      return {
        name: model.description.name,
        sha256: model.sha256,
        encoderParameters: parameterCount(encoder, subnet),
        macs: macs(encoder, subnet),
        meanIou: means(result),
      };
    } finally {
      await segmenter.close();
    }
  };
  const teacher = await score(models.teacher, 0);
  const student = await score(models.student, images);
  const objects = set.items.reduce((sum, item) => sum + item.objects.length, 0);
  return { inputSize, split, images, objects, teacher, student };
}

const means = (result: Evaluation): ComparedNetwork['meanIou'] =>
  Object.fromEntries(
    Object.entries(result).map(([prompt, { single, predicted, oracle }]) => [prompt, { single, predicted, oracle }]),
  );

/** `README.md` of a student's folder: what these weights are and are not, and how they score beside the teacher's. */
export function modelCard(
  { name, source }: NetworkDescription,
  compared: ComparedWithTeacher,
  hadLearnt: boolean,
): string {
  const { inputSize, split, images, objects } = compared;
  const began = hadLearnt
    ? "The encoder went on from weights that it had and learned from the teacher's image\nembedding; prompt encoder and mask decoder are the teacher's."
    : `The encoder began with seeded random weights, but for the neck behind its first convolution, and learned from the teacher's image
embedding; that neck at the start, prompt encoder and mask decoder are the teacher's.`;
  return `# ${name}

${source.description[0]?.toUpperCase()}${source.description.slice(1)}.

${began} The architecture may bear a published name, the weights are nobody's but this run's. \`training.json\` has the
settings, \`training.csv\` the curves.

Mean IoU on ${images} images of the ${split} split (${objects} objects) at ${inputSize} pixels, single mask:

| | encoder parameters | MACs | box | point |
| --- | ---: | ---: | ---: | ---: |
${[compared.teacher, compared.student].map(row).join('\n')}
${source.license === undefined ? '' : `\nLicense of the teacher: ${source.license}.\n`}`;
}

const row = ({ name, encoderParameters, macs, meanIou }: ComparedNetwork): string => {
  const iou = (prompt: string) => meanIou[prompt]?.['single']?.toFixed(3) ?? '';
  return `| ${name} | ${encoderParameters.toLocaleString('en-US')} | ${(macs / 1e9).toFixed(2)} G | ${iou('box')} | ${iou('point')} |`;
};

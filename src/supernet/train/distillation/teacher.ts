import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../../base/files.js';
import { decodeSafetensors, encodeSafetensors } from '../../formats/safetensors.js';
import { type EvaluationSet, evaluate, meanIou } from '../../method/evaluate.js';
import { createEncoder } from '../../model/description.js';
import type { Model } from '../../model/model-folder.js';
import { type Encoder, fullSubnet, type Weights } from '../../model/network.js';
import type { PreparedImage } from '../../model/segmentation.js';
import { createOnnxSegmenter } from '../../run-onnx/segmenter.js';
import { embeddingLoss } from './student-gradient.js';

export interface Teacher {
  /** Image embedding `[grid, grid, channels]`. */
  embed(image: Pick<PreparedImage, 'name' | 'pixels'>): Promise<Float32Array>;
  /** Removes the kept embeddings. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const TENSOR = 'embedding';

/**
 * The teacher's whole network. Embeddings are kept in `folder` under the sha256 of the pixels, whatever symmetry or other
 * change made them, until they take `maxBytes`; those beyond are worked out every time.
 */
export async function createTeacher(
  model: Pick<Model, 'description' | 'weights'>,
  inputSize: number,
  folder: string,
  maxBytes: number,
): Promise<Teacher> {
  const encoder = createEncoder(model.description, inputSize);
  const { grid, channels } = encoder;
  // The cache of activations goes by the image's name, which its symmetries share.
  const segmenter = await createOnnxSegmenter(model, encoder, { cacheMegabytes: 0 });
  await mkdir(folder, { recursive: true });
  const bytesEach = 4 * grid * grid * channels;
  let kept = (await readdir(folder)).filter((file) => file.endsWith('.safetensors')).length;
  return {
    embed: async (image) => {
      const { pixels } = image;
      const key = createHash('sha256').update(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
      const path = join(folder, `${key.digest('hex')}.safetensors`);
      const stored = await readFile(path).catch(() => undefined);
      const found = stored === undefined ? undefined : decodeSafetensors(stored, path).get(TENSOR)?.data;
      if (found !== undefined) return found;
      const [embedding] = await segmenter.embed([image], fullSubnet(encoder));
      const data = embedding?.data ?? new Float32Array();
      if ((kept + 1) * bytesEach <= maxBytes) {
        kept += 1;
        await writeAtomically(path, encodeSafetensors(new Map([[TENSOR, { shape: [grid, grid, channels], data }]])));
      }
      return data;
    },
    clear: () => rm(folder, { recursive: true, force: true }),
    close: () => segmenter.close(),
  };
}

/** How far the student has come on images that it does not learn from: cosine loss, and mean IoU of box and point (single mask). */
export async function scoreStudent(
  weights: Weights,
  encoder: Encoder,
  set: EvaluationSet,
  teacher: Teacher,
): Promise<[cosine: string, box: string, point: string]> {
  const segmenter = await createOnnxSegmenter({ weights }, encoder);
  const subnet = fullSubnet(encoder);
  try {
    let cosine = 0;
    for (const { prepared } of set.items) {
      const [own] = await segmenter.embed([prepared], subnet);
      const target = await teacher.embed(prepared);
      cosine += embeddingLoss(own?.data ?? target, target, encoder.channels).cosine / set.items.length;
    }
    const result = await evaluate(segmenter, subnet, set);
    const iou = (prompt: 'box' | 'point') => meanIou(result, { prompt, mask: 'single' }).toFixed(4);
    return [cosine.toFixed(5), iou('box'), iou('point')];
  } finally {
    await segmenter.close();
  }
}

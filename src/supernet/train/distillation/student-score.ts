import { type EvaluationSet, evaluate, meanIou } from '../../method/evaluate.js';
import { type Encoder, fullSubnet, type Weights } from '../../model/network.js';
import { createOnnxSegmenter } from '../../run-onnx/segmenter.js';
import { embeddingLoss } from './embedding-loss.js';
import type { Teacher } from './teacher.js';

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

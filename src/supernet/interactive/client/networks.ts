import type * as Runtime from 'onnxruntime-web';
import { createUpscaler } from '../../method/upscale-masks.js';
import type { PreparedImage, PromptBatch } from '../../model/segmentation.js';
import { type PredictedMask, predictedMask } from '../../predict/predicted-mask.js';
import { type Prompt, promptGroups } from '../../predict/prompt.js';
import { type PageData, type PageNetwork, RUNTIME_SCRIPT, RUNTIME_WASM } from '../page-data.js';
import { embeddedFile } from './embedded-files.js';

type Tensor = Runtime.Tensor;
type Session = Runtime.InferenceSession;

/** An image as every network of the page takes it. */
export type ReadyImage = Omit<PreparedImage, 'pixels'> & {
  /** `[1, 3, S, S]`, normalised. */
  readonly planar: Float32Array;
};

export interface Answer {
  readonly mask: PredictedMask;
  /** Wall clock: of the image's embedding, when it was made, and of this prompt. */
  readonly encodeMs: number;
  readonly decodeMs: number;
}

/** The page's networks; each is started when it is first asked, and an image is embedded once by each. */
export interface Networks {
  ask(network: PageNetwork, image: ReadyImage, prompt: Prompt): Promise<Answer>;
  /** Threads that the browser allows: more than one only where the page is isolated by its server's headers. */
  readonly threads: number;
}

export async function startNetworks(data: PageData): Promise<Networks> {
  const script = new Blob([await embeddedFile(RUNTIME_SCRIPT)], { type: 'text/javascript' });
  const runtime = (await import(URL.createObjectURL(script))) as typeof Runtime;
  const threads = crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;
  runtime.env.wasm.numThreads = threads;
  runtime.env.wasm.wasmBinary = (await embeddedFile(RUNTIME_WASM)).buffer;
  const { inputSize } = data.format;

  const once = <K, V>(
    known: { get(key: K): V | undefined; set(key: K, value: V): unknown },
    key: K,
    make: () => V,
  ): V => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
  const sessions = new Map<string, Promise<Session>>();
  const session = (id: string) =>
    once(sessions, id, async () =>
      runtime.InferenceSession.create(await embeddedFile(id), { executionProviders: ['wasm'] }),
    );
  const embeddings = new WeakMap<ReadyImage, Map<string, Promise<{ tensor: Tensor; ms: number }>>>();

  const embed = async (network: PageNetwork, image: ReadyImage) => {
    const encoder = await session(network.encoder);
    const start = performance.now();
    const input = new runtime.Tensor('float32', image.planar, [1, 3, inputSize, inputSize]);
    const { image_embeddings } = await encoder.run({ input });
    return { tensor: image_embeddings as Tensor, ms: performance.now() - start };
  };

  const decode = async (network: PageNetwork, embedding: Tensor, { points, coordinates, labels }: PromptBatch) => {
    const decoder = await session(network.decoder);
    const side = 4 * data.grid;
    const tensor = (values: Float32Array, shape: readonly number[]) =>
      new runtime.Tensor('float32', values, [...shape]);
    const feeds: Record<string, Tensor> = {
      image_embeddings: embedding,
      point_coords: tensor(coordinates, [1, points, 2]),
      point_labels: tensor(labels, [1, points]),
      mask_input: tensor(new Float32Array(side * side), [1, 1, side, side]),
      has_mask_input: tensor(Float32Array.of(0), [1]),
      // Masks are enlarged here, as everywhere in supersam.
      orig_im_size: tensor(Float32Array.of(1, 1), [2]),
    };
    const wanted = Object.fromEntries(Object.entries(feeds).filter(([name]) => decoder.inputNames.includes(name)));
    return decoder.run(wanted);
  };

  return {
    threads,
    ask: async (network, image, prompt) => {
      const own = once(embeddings, image, () => new Map<string, Promise<{ tensor: Tensor; ms: number }>>());
      const embedding = await once(own, network.name, () => embed(network, image));
      const [group] = promptGroups([prompt], image);
      if (group === undefined) throw new Error('no prompt');
      const start = performance.now();
      const { low_res_masks, iou_predictions } = await decode(network, embedding.tensor, group.batch);
      const [logits, ious] = [low_res_masks, iou_predictions].map((tensor) => (tensor as Tensor).data) as [
        Float32Array,
        Float32Array,
      ];
      const [width, height] = [image.originalWidth, image.originalHeight];
      const upscaler = createUpscaler({ ...image, side: 4 * data.grid, width, height });
      const mask = predictedMask(logits, upscaler, { width, height }, 1, ious[0] as number);
      return { mask, encodeMs: embedding.ms, decodeMs: performance.now() - start };
    },
  };
}

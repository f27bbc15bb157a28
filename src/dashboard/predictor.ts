import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import sharp from 'sharp';
import { packageRoot } from '../base/package-root.js';
import { UsageError } from '../errors.js';
import { type Picture, readPicture } from '../supernet/data/read-picture.js';
import { type EmbeddedImage, type LoadedModel, loadModel } from '../supernet/predict/load-model.js';
import { cocoSegmentation } from '../supernet/predict/mask-files.js';
import type { FoundModel } from './find-models.js';
import type { Answer, Question } from './protocol.js';

/** Models, images and embeddings that are kept; what was not asked for longest goes first. */
const MODELS = 4;
const IMAGES = 12;
/** Of each model. */
const EMBEDDINGS = 8;
const SAMPLES = 8;

export interface Predictor {
  /** Ids of pictures that come with the package. */
  samples(): readonly string[];
  /** Keeps a picture and names it. Throws `DataError` for what is none. */
  keep(bytes: Uint8Array): Promise<{ readonly image: string; readonly width: number; readonly height: number }>;
  /** The picture as JPEG, for the page; undefined when it is not kept. */
  picture(id: string): Promise<Uint8Array | undefined>;
  /** Throws `UsageError` for a model or a picture that is not there. */
  answer(question: Question): Promise<Answer>;
  close(): Promise<void>;
}

/** Answers the page's prompts, one after the other: a network takes all cores by itself. */
export function createPredictor(models: () => readonly FoundModel[]): Predictor {
  const loaded = createShelf<Promise<LoadedModel>>(MODELS, (model) => void model.then((each) => each.close()));
  const pictures = createShelf<Promise<Picture>>(IMAGES);
  // They end with their model.
  const embeddings = new WeakMap<LoadedModel, Shelf<Promise<EmbeddedImage>>>();
  const samples = samplePaths();
  let line: Promise<unknown> = Promise.resolve();

  function pictureOf(id: string): Promise<Picture> | undefined {
    const sample = samples.get(id);
    if (sample === undefined) return pictures.get(id);
    return pictures.get(id) ?? pictures.put(id, readPicture(readFileSync(sample)));
  }

  async function answer({ model: id, image, prompt }: Question): Promise<Answer> {
    const found = models().find((each) => each.id === id);
    if (found === undefined) throw new UsageError('there is no such model', { remedy: 'load the page again' });
    const picture = await pictureOf(image);
    if (picture === undefined) throw new UsageError('the image is gone', { remedy: 'choose it again' });
    const model = await (loaded.get(found.source) ?? loaded.put(found.source, loadModel(found.source)));
    const shelf = embeddings.get(model) ?? createShelf<Promise<EmbeddedImage>>(EMBEDDINGS);
    embeddings.set(model, shelf);
    const embedded = await (shelf.get(image) ?? shelf.put(image, model.embed(picture)));
    const before = embedded.milliseconds.decode;
    const [mask] = prompt === null ? [] : await embedded.predict([prompt]);
    return {
      ...{ width: embedded.width, height: embedded.height, inputSize: model.inputSize },
      ...{ encode: embedded.milliseconds.encode, decode: embedded.milliseconds.decode - before },
      mask:
        mask === undefined
          ? null
          : {
              counts: cocoSegmentation(mask).counts,
              ...{ area: mask.area, predictedIou: mask.predictedIou, stability: mask.stability },
            },
    };
  }

  return {
    samples: () => [...samples.keys()],
    async keep(bytes) {
      const id = createHash('sha256').update(bytes).digest('base64url').slice(0, 12);
      const { width, height } = await (pictures.get(id) ?? pictures.put(id, readPicture(bytes)));
      return { image: id, width, height };
    },
    async picture(id) {
      const picture = await pictureOf(id);
      if (picture === undefined) return undefined;
      const { rgb, width, height } = picture;
      return sharp(rgb, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 92 })
        .toBuffer();
    },
    answer(question) {
      const own = line.then(() => answer(question));
      line = own.catch(() => undefined);
      return own;
    },
    async close() {
      await line;
      for (const model of loaded.all())
        await model.then(
          (each) => each.close(),
          () => undefined,
        );
    },
  };
}

/** Test images of the package's data set, which no network was trained on; those with most to see first. */
function samplePaths(): ReadonlyMap<string, URL> {
  const folder = new URL('data/dsb2018-nuclei/', packageRoot);
  const { items } = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as {
    readonly items: readonly { readonly name: string; readonly image: string; readonly split: string }[];
  };
  const test = items
    .filter(({ split }) => split === 'test')
    .map(({ name, image }) => ({ name, url: new URL(image, folder) }));
  const richest = test.sort((a, b) => statSync(b.url).size - statSync(a.url).size).slice(0, SAMPLES);
  return new Map(richest.map(({ name, url }) => [`sample-${name}`, url]));
}

interface Shelf<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): T;
  all(): readonly T[];
}

/** So many values under keys; the one that was asked for longest ago goes. What fails is not kept. */
function createShelf<T extends Promise<unknown>>(most: number, drop: (value: T) => void = () => undefined): Shelf<T> {
  const held = new Map<string, T>();
  return {
    get(key) {
      const value = held.get(key);
      if (value !== undefined) {
        held.delete(key);
        held.set(key, value);
      }
      return value;
    },
    put(key, value) {
      held.set(key, value);
      value.catch(() => held.delete(key));
      const [oldest] = held;
      if (held.size > most && oldest !== undefined) {
        held.delete(oldest[0]);
        drop(oldest[1]);
      }
      return value;
    },
    all: () => [...held.values()],
  };
}

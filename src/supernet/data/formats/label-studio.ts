import { join, posix } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../../errors.js';
import { type AnnotationFile, annotationFiles, readAnnotationFile } from '../annotation-files.js';
import { brushMask } from '../brush-runs.js';
import { polygonsMask } from '../coco-annotations.js';
import { decoded, digestWith, imageName, missing } from '../data-files.js';
import { defineDatasetFormat, joinListings, type Listing } from '../dataset-format.js';
import { type LabelledImage, notesOf } from '../labelled-image.js';
import { listLocated } from '../locate-images.js';
import { readCoordinate, readOutline } from '../outlines.js';
import { noMask, type ObjectMask, type ObjectSource, readObjects } from '../read-objects.js';
import { type ImageSize, readSizedPicture } from '../read-picture.js';
import { ellipsePolygon } from '../shape-masks.js';
import { splitOf } from '../splits.js';

/** Label Studio's own JSON and JSON-MIN, with the pictures, which it does not export, beside it. */
export default defineDatasetFormat({
  name: 'label-studio',
  looks: "Label Studio's .json (JSON or JSON-MIN) beside the images or images/",

  async recognise(folder) {
    const files = await exportFiles(folder);
    if (files.length === 0) return undefined;
    return async () => joinListings(await Promise.all(files.map((file) => list(folder, file))));
  },
});

async function list(folder: string, { file, part, imageFolders }: AnnotationFile): Promise<Listing> {
  const path = join(folder, file);
  const tasks = tasksOf(await readAnnotationFile(path), path).map((task) => ({ task, names: pictureNames(task) }));
  const drawn = tasks.filter(({ names }) => names.length > 0);
  const without = tasks.filter(({ names }) => names.length === 0);
  const listing = await listLocated(
    folder,
    imageFolders,
    drawn.map(({ names }) => names),
    path,
    (place, i) => {
      const task = drawn[i]?.task ?? {};
      const [name, image] = [imageName(posix.basename(place.file)), join(folder, place.file)];
      return {
        ...{ name, file: place.file },
        split: splitOf(name, part, posix.dirname(place.file)),
        digest: () => digestWith(image, [JSON.stringify(task)]),
        load: () => load(name, image, task, path),
      };
    },
  );
  const faults = without.map(({ task }) => missing(`${path} lists task ${task['id']} without a picture`));
  return joinListings([{ items: [], faults }, listing]);
}

const exportFiles = (folder: string): Promise<readonly AnnotationFile[]> =>
  annotationFiles(folder, '.json', (text) => /^\uFEFF?\s*\[/.test(text) && /"original_width"|"annotations"/.test(text));

type Members = Readonly<{ [member: string]: unknown }>;

function tasksOf(content: unknown, path: string): readonly Members[] {
  const { data } = z.array(z.record(z.string(), z.unknown())).safeParse(content);
  if (data !== undefined) return data;
  throw new DataError('DATA_ANNOTATION', `${path} is no list of Label Studio's tasks`, {
    remedy: 'export the project again, as JSON or COCO',
  });
}

/** What the picture of a task may be called, from the texts that could name it: an address, an upload, a path of local files. */
function pictureNames(task: Members): readonly string[] {
  const texts = [task['file_upload'], ...Object.values({ ...task, ...recordOf(task['data']) })];
  const named = texts.filter((text) => typeof text === 'string').filter((text) => /\.\w{3,4}($|[?&#])/.test(text));
  return named.flatMap(namesOf);
}

function namesOf(text: string): string[] {
  const local = /[?&]d=([^&#]+)/.exec(text)?.[1];
  const plain = decoded(local ?? text.replace(/[?#].*$/, ''));
  const name = posix.basename(plain.replaceAll('\\', '/'));
  // An upload is called after eight digits of its own and the file's name.
  return [plain, name, name.replace(/^[0-9a-f]{8}-/, '')].filter((candidate) => candidate !== '');
}

const recordOf = (value: unknown): Members => z.record(z.string(), z.unknown()).safeParse(value).data ?? {};

const region = z.object({
  id: z.unknown().optional(),
  type: z.string().optional().catch(undefined),
  original_width: z.int().positive().optional().catch(undefined),
  original_height: z.int().positive().optional().catch(undefined),
  image_rotation: z.number().nullish().catch(Number.NaN),
  value: z.record(z.string(), z.unknown()).optional().catch({}),
});
type Region = z.infer<typeof region>;
/** What stands where a region should and is none. */
const NOTHING: Region = { type: 'nothing', value: {} };

/** The regions of one annotator: those that are true by name, else the first that are no draft. */
function regionsOf(task: Members): { regions: readonly Region[]; others: number } {
  const annotations = [task['annotations'], task['completions']].find(Array.isArray);
  // JSON-MIN has the regions in the task itself.
  if (annotations === undefined) {
    // Beside them stand lists of texts.
    const results = Object.values(task).filter(Array.isArray).flat();
    return { regions: parse(results.filter((result) => typeof result === 'object')), others: 0 };
  }
  const done = annotations.map(recordOf).filter((annotation) => annotation['was_cancelled'] !== true);
  const chosen = done.find((annotation) => annotation['ground_truth'] === true) ?? done[0];
  return { regions: parse(z.array(z.unknown()).safeParse(chosen?.['result']).data ?? []), others: done.length - 1 };
}

const parse = (results: readonly unknown[]): Region[] =>
  results.map((result) => {
    const { data } = region.safeParse(result);
    return data === undefined ? NOTHING : { ...data, value: data.value ?? recordOf(result) };
  });

async function load(name: string, file: string, task: Members, path: string): Promise<LabelledImage> {
  const { regions, others } = regionsOf(task);
  const size = regions.map(sizeOf).find((own) => own !== undefined);
  const picture = await readSizedPicture(file, size, path);
  const sources = regions.flatMap((drawn): ObjectSource[] => {
    const mask = maskOf(drawn, picture);
    return mask === undefined ? [] : [{ id: drawn.id, mask }];
  });
  const read = await readObjects(sources, picture, `${path}, "${name}"`);
  const note = others > 0 ? `it has ${others + 1} annotations, of which one is read` : undefined;
  const guesses = regions.length === 0 && [task['predictions']].flat().some((guess) => typeof guess === 'object');
  const unread = guesses ? 'it has predictions alone, which are not read' : undefined;
  return { name, ...picture, ...read, ...notesOf(picture.note, note, unread) };
}

const number = z.unknown().transform(readCoordinate).pipe(z.number());
const ellipse = z.object({ x: number, y: number, radiusX: number, radiusY: number, rotation: number.nullish() });

const sizeOf = ({ original_width: width, original_height: height }: Region): ImageSize | undefined =>
  width === undefined || height === undefined ? undefined : { width, height };

/** Undefined for what is no region: labels, choices, texts. Coordinates are hundredths. */
function maskOf(drawn: Region, image: ImageSize): (() => Promise<ObjectMask>) | undefined {
  const { type, value = {} } = drawn;
  const { width, height } = image;
  const kind = type?.replace(/labels$/, '') ?? kindOf(value);
  if (kind !== undefined && type !== '' && NO_REGIONS.has(kind)) return undefined;
  if (kind === undefined || kind === '') {
    const isDrawn = ['points', 'rle', 'radiusX'].some((member) => member in value);
    return isDrawn ? () => Promise.reject(noMask('does not say of what kind it is')) : undefined;
  }
  return async () => {
    if (drawn === NOTHING) throw noMask('is no region');
    const own = sizeOf(drawn);
    if (own === undefined) throw noMask('does not say the size of its picture');
    if (own.width !== width || own.height !== height) {
      throw noMask(`is of a picture of ${own.width}x${own.height}, its image is ${width}x${height}`, 'DATA_SIZE');
    }
    if ((drawn.image_rotation ?? 0) !== 0)
      throw noMask(`is drawn on the picture turned by ${drawn.image_rotation} degrees`);
    if (kind === 'polygon') {
      const outline = readOutline(value['points']);
      if (outline === undefined) throw noMask('is a polygon without points');
      return polygonsMask([outline.map((share, i) => (share * (i % 2 === 0 ? width : height)) / 100)], image);
    }
    if (kind === 'ellipse') {
      const { data } = ellipse.safeParse(value);
      if (data === undefined) throw noMask('is an ellipse without its numbers');
      const [x, y, rx, ry] = [data.x * width, data.y * height, data.radiusX * width, data.radiusY * height];
      return polygonsMask([ellipsePolygon(x / 100, y / 100, rx / 100, ry / 100, data.rotation ?? 0)], image);
    }
    if (kind === 'brush') return brushMask(value['rle'], image);
    throw noMask(`is a ${kind}, which is no mask`);
  };
}

/** What is said of an image or of another region. */
const NO_REGIONS = new Set([
  '',
  'choices',
  'textarea',
  'relation',
  'rating',
  'taxonomy',
  'number',
  'datetime',
  'pairwise',
  'ranker',
  'custominterface',
]);

/** JSON-MIN leaves the kind out. */
const kindOf = (value: Members): string | undefined =>
  Object.keys(value)
    .find((member) => member.endsWith('labels'))
    ?.replace(/labels$/, '');

import { join, posix } from 'node:path';
import { z } from 'zod';
import { readCsv, separatorOf } from '../../../base/csv.js';
import { DataError } from '../../../errors.js';
import { type AnnotationFile, annotationFiles, readAnnotationFile } from '../annotation-files.js';
import { polygonsMask } from '../coco-annotations.js';
import { digestWith, linesOf, parseDataJson, readBoundedText } from '../data-files.js';
import { defineDatasetFormat, joinListings, type Listing } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { listLocated } from '../locate-images.js';
import { readCoordinate } from '../outlines.js';
import { noMask, type ObjectSource, readObjects } from '../read-objects.js';
import { type ImageSize, readPicture } from '../read-picture.js';
import { ellipsePolygon } from '../shape-masks.js';
import { splitOf } from '../splits.js';

/** As the VGG Image Annotator (VIA 1 and 2) saves a project or exports annotations, as JSON or CSV. */
export default defineDatasetFormat({
  name: 'via',
  looks: "VIA's .json or .csv (project or annotations) among the images of a folder",

  async recognise(folder) {
    const files = await viaFiles(folder);
    if (files.length === 0) return undefined;
    return async () => joinListings(await Promise.all(files.map((file) => list(folder, file))));
  },
});

async function list(folder: string, { file, part, imageFolders }: AnnotationFile): Promise<Listing> {
  const path = join(folder, file);
  const { entries, wrong = [] } = await readVia(path);
  const named = entries.map(([name]) => [name]);
  const listing = await listLocated(folder, imageFolders, named, path, (image, i) => {
    const [name, regions] = entries[i] as Entry;
    const picture = join(folder, image.file);
    return {
      ...image,
      split: splitOf(image.name, part, file, posix.dirname(image.file)),
      digest: () => digestWith(picture, [JSON.stringify(regions)]),
      load: () => load(picture, regions, `${path}, "${name}"`, image.name),
    };
  });
  const [first, ...others] = wrong;
  if (first === undefined) return listing;
  const which = `${others.length + 1} entries (${others.length === 0 ? '' : 'the first '}${JSON.stringify(first)})`;
  return joinListings([
    listing,
    { items: [], faults: [broken(path, `${which} name no file or have no list of regions`)] },
  ]);
}

const SHAPES = 'region_shape_attributes';

async function viaFiles(folder: string): Promise<readonly AnnotationFile[]> {
  const isJson = (text: string) =>
    /"_via_(img_metadata|settings)"\s*:/.test(text) || (/"filename"\s*:/.test(text) && /"regions"\s*:/.test(text));
  const isCsv = (text: string) => (linesOf(text)[0] ?? '').includes(SHAPES);
  // A project and its exports say the same.
  const json = await annotationFiles(folder, '.json', isJson);
  return json.length > 0 ? json : annotationFiles(folder, '.csv', isCsv);
}

/** The name of a file, and the shapes that are drawn on it. */
type Entry = readonly [name: string, regions: readonly unknown[]];

interface Entries {
  readonly entries: readonly Entry[];
  /** The keys of what is none. */
  readonly wrong?: readonly string[];
}

const readVia = async (path: string): Promise<Entries> =>
  path.endsWith('.csv') ? { entries: await readTable(path) } : readProject(path);

const project = z.object({ _via_img_metadata: z.record(z.string(), z.unknown()) });
const annotations = z.record(z.string(), z.unknown());
const entry = z.object({
  filename: z.string(),
  // VIA 1 numbers them by the keys of an object.
  regions: z.union([z.array(z.unknown()), annotations.transform((regions) => Object.values(regions))]).nullish(),
});

async function readProject(path: string): Promise<Entries> {
  const content = await readAnnotationFile(path);
  const saved = project.safeParse(content);
  const entries = saved.success ? saved.data._via_img_metadata : annotations.safeParse(content).data;
  const wrong: string[] = [];
  const found = Object.entries(entries ?? {}).flatMap(([key, value]): Entry[] => {
    const { data } = entry.safeParse(value);
    if (data === undefined) {
      wrong.push(key);
      return [];
    }
    const shapes = (data.regions ?? []).map((region) => z.object({ shape_attributes: z.unknown() }).safeParse(region));
    return [[data.filename, shapes.map((region) => shapeOfCell(region.data?.shape_attributes))]];
  });
  if (found.length === 0) throw broken(path, 'it lists no images');
  return { entries: found, wrong };
}

async function readTable(path: string): Promise<readonly Entry[]> {
  const regions = new Map<string, unknown[]>();
  try {
    const text = await readBoundedText(path);
    const [header = [], ...rows] = readCsv(text, separatorOf(text));
    const column = (name: string) => header.findIndex((title) => title.replace(/^#/, '').trim() === name);
    const [file, shape] = [column('filename'), column(SHAPES)];
    if (file < 0 || shape < 0) throw broken(path, `its first line has no filename or no ${SHAPES}`);
    for (const row of rows) {
      const named = row[file] ?? '';
      // An image without shapes has one line with {}.
      const own = regions.get(named) ?? regions.set(named, []).get(named);
      if (!/^\s*(\{\s*\})?\s*$/.test(row[shape] ?? '')) own?.push(shapeOfCell(row[shape] ?? ''));
    }
  } catch (error) {
    throw error instanceof DataError ? error : broken(path, (error as Error).message);
  }
  return [...regions];
}

function shapeOfCell(cell: unknown): unknown {
  if (typeof cell !== 'string') return cell;
  try {
    return parseDataJson(cell);
  } catch {
    return cell;
  }
}

const broken = (path: string, what: string) =>
  new DataError('DATA_ANNOTATION', `${path} cannot be read as VIA's: ${what}`, {
    remedy: 'export the annotations again',
  });

async function load(file: string, regions: readonly unknown[], label: string, name: string): Promise<LabelledImage> {
  const picture = await readPicture(file);
  const sources = regions.map((region): ObjectSource => ({ mask: async () => maskOf(region, picture) }));
  return { name, ...picture, ...(await readObjects(sources, picture, label)) };
}

const number = z.unknown().transform(readCoordinate).pipe(z.number());
const shape = z.discriminatedUnion('name', [
  z.object({ name: z.literal('polygon'), all_points_x: z.array(number), all_points_y: z.array(number) }),
  z.object({ name: z.literal('rect'), x: number, y: number, width: number, height: number }),
  z.object({ name: z.literal('circle'), cx: number, cy: number, r: number }),
  z.object({ name: z.literal('ellipse'), cx: number, cy: number, rx: number, ry: number, theta: number.nullish() }),
]);

const KINDS = new Set(['polygon', 'rect', 'circle', 'ellipse']);

function maskOf(region: unknown, image: ImageSize) {
  if (typeof region === 'string') throw noMask('is written neither as JSON nor as a dictionary of Python');
  const { data, success } = shape.safeParse(region);
  if (!success) {
    const kind = z.object({ name: z.string() }).safeParse(region).data?.name;
    if (kind === undefined) throw noMask('is no shape');
    throw noMask(KINDS.has(kind) ? `is a ${kind} without its numbers` : `is a ${kind}, which is no mask`);
  }
  return polygonsMask([polygonOf(data)], image);
}

function polygonOf(drawn: z.infer<typeof shape>): number[] {
  if (drawn.name === 'polygon') {
    const { all_points_x: xs, all_points_y: ys } = drawn;
    if (xs.length !== ys.length) throw noMask(`is a polygon of ${xs.length} x and ${ys.length} y`);
    return xs.flatMap((x, i) => [x, ys[i] as number]);
  }
  if (drawn.name === 'rect') {
    const { x, y, width, height } = drawn;
    return [x, y, x + width, y, x + width, y + height, x, y + height];
  }
  if (drawn.name === 'circle') return ellipsePolygon(drawn.cx, drawn.cy, drawn.r, drawn.r);
  return ellipsePolygon(drawn.cx, drawn.cy, drawn.rx, drawn.ry, ((drawn.theta ?? 0) * 180) / Math.PI);
}

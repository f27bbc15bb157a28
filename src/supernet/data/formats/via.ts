import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readCsv, separatorOf } from '../../../base/csv.js';
import { DataError } from '../../../errors.js';
import { type AnnotationFile, annotationFiles, readAnnotationFile } from '../annotation-files.js';
import { polygonsMask } from '../coco-annotations.js';
import { digestFiles, imageName, locateImage, parsePythonJson, readBoundedText } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { noMask, type ObjectSource, readObjects } from '../read-objects.js';
import { type ImageSize, readPicture } from '../read-picture.js';
import { ellipsePolygon } from '../shape-masks.js';
import { splitByName, splitIn } from '../splits.js';

/** As the VGG Image Annotator (VIA 1 and 2) saves a project or exports annotations, as JSON or CSV. */
export default defineDatasetFormat({
  name: 'via',
  looks: "VIA's .json or .csv (project or annotations) among the images of a folder",

  recognises: async (folder) => (await viaFiles(folder)).length > 0,

  async list(folder) {
    const items: DatasetItem[] = [];
    const faults: DataError[] = [];
    for (const { file, part, imageFolders } of await viaFiles(folder)) {
      const path = join(folder, file);
      for (const [named, regions] of await readVia(path)) {
        try {
          const place = await locateImage(folder, imageFolders, named, path);
          const image = join(folder, place);
          items.push({
            name: imageName(named),
            file: place,
            split: splitIn(part) ?? splitIn(file) ?? splitByName(imageName(named)),
            digest: async () =>
              createHash('sha256')
                .update(await digestFiles([image]))
                .update(JSON.stringify(regions))
                .digest(),
            load: () => load(image, regions, `${path}, "${named}"`, imageName(named)),
          });
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          faults.push(error);
        }
      }
    }
    return { items, faults };
  },
});

const SHAPES = 'region_shape_attributes';

async function viaFiles(folder: string): Promise<readonly AnnotationFile[]> {
  const isJson = (text: string) =>
    /"_via_(img_metadata|settings)"\s*:/.test(text) || (/"filename"\s*:/.test(text) && /"regions"\s*:/.test(text));
  const isCsv = (text: string) => (text.split('\n', 1)[0] ?? '').includes(SHAPES);
  // A project and its exports say the same.
  const json = await annotationFiles(folder, '.json', isJson);
  return json.length > 0 ? json : annotationFiles(folder, '.csv', isCsv);
}

/** Shapes by the name of the file that they are drawn on. */
type Regions = ReadonlyMap<string, readonly unknown[]>;

async function readVia(path: string): Promise<Regions> {
  return path.endsWith('.csv') ? readTable(path) : readProject(path);
}

const project = z.object({ _via_img_metadata: z.record(z.string(), z.unknown()) });
const annotations = z.record(z.string(), z.unknown());
const list = z.array(z.unknown());
const entry = z.object({
  filename: z.string(),
  // VIA 1 numbers them by the keys of an object.
  regions: z.union([list, annotations.transform((regions) => Object.values(regions))]).nullish(),
});

async function readProject(path: string): Promise<Regions> {
  const content = await readAnnotationFile(path);
  const saved = project.safeParse(content);
  const entries = saved.success ? saved.data._via_img_metadata : annotations.safeParse(content).data;
  const regions = new Map<string, readonly unknown[]>();
  for (const value of Object.values(entries ?? {})) {
    const { data } = entry.safeParse(value);
    if (data === undefined) continue;
    const shapes = (data.regions ?? []).map((region) => z.object({ shape_attributes: z.unknown() }).safeParse(region));
    regions.set(
      fileOf(data.filename),
      shapes.map((region) => region.data?.shape_attributes),
    );
  }
  if (regions.size === 0) throw broken(path, 'it lists no images');
  return regions;
}

async function readTable(path: string): Promise<Regions> {
  const regions = new Map<string, unknown[]>();
  try {
    const text = await readBoundedText(path);
    const [header = [], ...rows] = readCsv(text, separatorOf(text));
    const column = (name: string) => header.findIndex((title) => title.replace(/^#/, '').trim() === name);
    const [file, shape] = [column('filename'), column(SHAPES)];
    if (file < 0 || shape < 0) throw broken(path, `its first line has no filename or no ${SHAPES}`);
    for (const row of rows) {
      const named = fileOf(row[file] ?? '');
      // An image without shapes has one line with {}.
      const own = regions.get(named) ?? regions.set(named, []).get(named);
      if (!/^\s*(\{\s*\})?\s*$/.test(row[shape] ?? '')) own?.push(shapeOfCell(row[shape] ?? ''));
    }
  } catch (error) {
    throw error instanceof DataError ? error : broken(path, (error as Error).message);
  }
  return regions;
}

function shapeOfCell(cell: string): unknown {
  try {
    return parsePythonJson(cell);
  } catch {
    return undefined;
  }
}

/** VIA keeps addresses of pictures of the web as their names. */
const fileOf = (named: string): string => (/^\w+:\/\//.test(named) ? (named.split('/').at(-1) ?? named) : named);

const broken = (path: string, what: string) =>
  new DataError('DATA_ANNOTATION', `${path} cannot be read as VIA's: ${what}`, {
    remedy: 'export the annotations again',
  });

async function load(file: string, regions: readonly unknown[], label: string, name: string): Promise<LabelledImage> {
  const picture = await readPicture(file);
  const sources = regions.map((region): ObjectSource => ({ mask: async () => maskOf(region, picture) }));
  return { name, ...picture, ...(await readObjects(sources, picture, label)) };
}

const number = z.number();
const shape = z.discriminatedUnion('name', [
  z.object({ name: z.literal('polygon'), all_points_x: z.array(number), all_points_y: z.array(number) }),
  z.object({ name: z.literal('rect'), x: number, y: number, width: number, height: number }),
  z.object({ name: z.literal('circle'), cx: number, cy: number, r: number }),
  z.object({ name: z.literal('ellipse'), cx: number, cy: number, rx: number, ry: number, theta: number.nullish() }),
]);

const KINDS = new Set(['polygon', 'rect', 'circle', 'ellipse']);

function maskOf(region: unknown, image: ImageSize) {
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

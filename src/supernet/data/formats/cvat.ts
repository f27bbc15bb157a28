import { join, posix } from 'node:path';
import { DataError } from '../../../errors.js';
import { polygonsMask } from '../coco-annotations.js';
import { digestWith, filesIn, readBytes } from '../data-files.js';
import { defineDatasetFormat, joinListings, type Listing } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { listLocated } from '../locate-images.js';
import { noMask, type ObjectMask, readObjects } from '../read-objects.js';
import { type ImageSize, readSizedPicture } from '../read-picture.js';
import { type Bitmap, bitmapMask, ellipsePolygon, objectsOfShapes, type Shape } from '../shape-masks.js';
import { splitOf } from '../splits.js';
import { parseXmlElement, type XmlElement, xmlElements } from '../xml-elements.js';

const FILE = 'annotations.xml';

/** As CVAT exports it under the name "CVAT for images 1.1". */
export default defineDatasetFormat({
  name: 'cvat',
  looks: "CVAT's annotations.xml (CVAT for images) beside images/",

  recognise: async (folder) => ((await filesIn(folder)).includes(FILE) ? () => list(folder) : undefined),
});

/** An image's name and where its element stands. */
interface ImageElement {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

async function list(folder: string): Promise<Listing> {
  const path = join(folder, FILE);
  let tracks = 0;
  const subsets = new Map<string, ImageElement[]>();
  for await (const { name: element, attributes, start, end } of xmlElements(path)) {
    if (element === 'track') tracks++;
    if (element !== 'image') continue;
    const subset = attributes.get('subset') ?? '';
    const image = { name: attributes.get('name') ?? '', start, end };
    const images = subsets.get(subset);
    if (images === undefined) subsets.set(subset, [image]);
    else images.push(image);
  }
  const listings: Listing[] = [];
  for (const [subset, images] of subsets) {
    const named = images.map(({ name }) => [name]);
    const places = [posix.join('images', subset), 'images', '.'];
    const listing = await listLocated(folder, places, named, path, (image, i) => {
      const { start, end } = images[i] as ImageElement;
      const file = join(folder, image.file);
      return {
        ...image,
        split: splitOf(image.name, subset, posix.dirname(image.file)),
        digest: async () => digestWith(file, [await readBytes(path, start, end)]),
        load: async () => load(file, path, image.name, parseXmlElement(await readBytes(path, start, end), path)),
      };
    });
    listings.push(listing);
  }
  if (tracks > 0) {
    const fault = new DataError('DATA_ANNOTATION', `${path} has ${tracks} tracks of a video, which are not read`, {
      remedy: 'export the task as "CVAT for images 1.1", which has the shapes of every frame, or as COCO',
    });
    listings.push({ items: [], faults: [fault] });
  }
  return joinListings(listings);
}

async function load(
  file: string,
  path: string,
  name: string,
  { attributes, children }: XmlElement,
): Promise<LabelledImage> {
  const size = { width: Number(attributes.get('width')), height: Number(attributes.get('height')) };
  const picture = await readSizedPicture(file, size.width > 0 && size.height > 0 ? size : undefined, path);
  const shapes = children.filter(({ name: kind }) => kind !== 'tag').map((shape) => shapeOf(shape, picture));
  return {
    name,
    ...picture,
    ...(await readObjects(objectsOfShapes(shapes), picture, `${path}, "${attributes.get('name')}"`)),
  };
}

function shapeOf({ name: kind, attributes }: XmlElement, image: ImageSize): Shape {
  const number = (name: string): number => Number(attributes.get(name) || Number.NaN);
  const mask = async (): Promise<ObjectMask> => {
    if (kind === 'polygon') return polygonsMask([pointsOf(attributes.get('points') ?? '')], image);
    if (kind === 'mask') return bitmapMask(rowsOf(attributes.get('rle') ?? '', number, image), image);
    if (kind === 'ellipse') {
      const [cx, cy, rx, ry] = [number('cx'), number('cy'), number('rx'), number('ry')];
      return polygonsMask([ellipsePolygon(cx, cy, rx, ry, number('rotation') || 0)], image);
    }
    throw noMask(`is a ${kind}, which is no mask`);
  };
  // CVAT writes 0 for no group.
  const group = kind === 'polygon' || kind === 'mask' || kind === 'ellipse' ? number('group_id') : 0;
  return { group: group > 0 ? group : undefined, mask };
}

/** `x0,y0;x1,y1;…` */
const pointsOf = (text: string): number[] =>
  text
    .split(';')
    .flatMap((point) => point.split(',').map((value) => (value.trim() === '' ? Number.NaN : Number(value))));

/** Lengths of runs of background and mask by turns, row after row of the mask's own box. */
function rowsOf(text: string, number: (name: string) => number, image: ImageSize): Bitmap {
  const [left, top, width, height] = [number('left'), number('top'), number('width'), number('height')];
  const area = width * height;
  if (!(Number.isSafeInteger(area) && width > 0 && width <= image.width && height <= image.height)) {
    throw noMask(`has a mask of ${width}x${height}`);
  }
  const covered = new Uint8Array(area);
  let at = 0;
  for (const [i, length] of text.split(',').map(Number).entries()) {
    if (!(Number.isSafeInteger(length) && length >= 0 && at + length <= area)) {
      throw noMask(`has a run of length ${length} in a mask of ${width}x${height}`);
    }
    if (i % 2 === 1) covered.fill(1, at, at + length);
    at += length;
  }
  if (at !== area) throw noMask(`has a mask of ${at} pixels in ${width}x${height}`);
  return { left, top, width, height, covers: (x, y) => covered[y * width + x] === 1 };
}

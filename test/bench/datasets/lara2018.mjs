// Makes a COCO data set of the coffee leaves of Esgario et al.: every photograph shows a leaf, and every spot of stress on it is an object of its own.
//   node test/bench/datasets/lara2018.mjs --source lara2018 --out /tmp/leaves
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const ABOUT = {
  source: 'github.com/esgario/lara2018, segmentation/dataset',
  licence: 'MIT',
  citation:
    'Esgario, Krohling, Ventura: Deep learning for classification and severity estimation of coffee leaf biotic stress, Computers and Electronics in Agriculture 169, 2020, doi:10.1016/j.compag.2019.105162',
};
/** The authors' own. */
const SPLITS = ['train', 'val', 'test'];
const LEAF = 1;
const SPOT = 2;
/** The least pixels of an object (of 2048 x 1024): at an input of 448 a smaller spot is less than ten pixels across. */
const LEAST = 2000;

const { values } = parseArgs({ options: { source: { type: 'string' }, out: { type: 'string' } } });
if (values.source === undefined || values.out === undefined) {
  console.error('usage: lara2018.mjs --source CHECKOUT --out FOLDER');
  process.exit(2);
}

const dataset = join(values.source, 'segmentation', 'dataset');
await mkdir(join(values.out, 'annotations'), { recursive: true });
for (const split of SPLITS) {
  const images = [];
  const annotations = [];
  for (const file of (await readdir(join(dataset, 'images', split))).sort()) {
    const id = images.length + 1;
    const mask = join(dataset, 'annotations', split, `${basename(file, extname(file))}_mask.png`);
    const { leaf, spots, width, height } = await readObjects(mask);
    images.push({ id, file_name: file, width, height });
    for (const [category_id, pixels] of [[LEAF, leaf], ...spots.map((spot) => [SPOT, spot])]) {
      annotations.push({
        id: annotations.length + 1,
        image_id: id,
        category_id,
        iscrowd: 0,
        area: pixels.length,
        bbox: boxOf(pixels, width),
        segmentation: { size: [height, width], counts: runLengths(pixels, width, height) },
      });
    }
  }
  const categories = [
    { id: LEAF, name: 'leaf' },
    { id: SPOT, name: 'spot' },
  ];
  await cp(join(dataset, 'images', split), join(values.out, split), { recursive: true });
  await writeFile(
    join(values.out, 'annotations', `instances_${split}.json`),
    JSON.stringify({ info: ABOUT, images, annotations, categories }),
  );
  console.log(
    `${split}: ${images.length} photographs of a leaf each, with ${annotations.length - images.length} spots`,
  );
}

/** The pixels of the leaf, its spots among them, and of every spot that is large enough. */
async function readObjects(file) {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  // Black is background, green the leaf, red a spot.
  const coloured = new Uint8Array(width * height);
  const red = new Uint8Array(width * height);
  for (let pixel = 0; pixel < coloured.length; pixel += 1) {
    red[pixel] = data[pixel * channels] > 0 ? 1 : 0;
    coloured[pixel] = red[pixel] === 1 || data[pixel * channels + 1] > 0 ? 1 : 0;
  }
  const leaf = components(coloured, width).reduce((a, b) => (b.length > a.length ? b : a));
  const spots = components(red, width).filter((pixels) => pixels.length >= LEAST);
  return { leaf, spots, width, height };
}

/** The pixels of every piece of a mask that hangs together, by side or by corner. */
function components(mask, width) {
  const left = mask.slice();
  const found = [];
  for (let start = 0; start < left.length; start += 1) {
    if (left[start] === 0) continue;
    left[start] = 0;
    const pixels = [start];
    for (const pixel of pixels) {
      const column = pixel % width;
      for (let dx = column === 0 ? 0 : -1; dx <= (column === width - 1 ? 0 : 1); dx += 1) {
        for (const neighbour of [pixel + dx - width, pixel + dx, pixel + dx + width]) {
          if (left[neighbour] !== 1) continue;
          left[neighbour] = 0;
          pixels.push(neighbour);
        }
      }
    }
    found.push(pixels);
  }
  return found;
}

function boxOf(pixels, width) {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const pixel of pixels) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
  }
  return [x0, y0, x1 - x0 + 1, y1 - y0 + 1];
}

/** COCO's plain run lengths: down the columns, background first. */
function runLengths(pixels, width, height) {
  const mask = new Uint8Array(width * height);
  for (const pixel of pixels) mask[(pixel % width) * height + Math.floor(pixel / width)] = 1;
  const counts = [];
  for (let at = 0, value = 0; at < mask.length; value = 1 - value) {
    const end = mask.indexOf(1 - value, at);
    counts.push((end === -1 ? mask.length : end) - at);
    at = end === -1 ? mask.length : end;
  }
  return counts;
}

// Makes one label map of every photograph of the Crop/Weed Field Image Dataset: a plant is what is annotated as vegetation inside its outline.
//   node test/bench/datasets/cwfid.mjs --source cwfid-dataset --out /tmp/plants
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { parse } from 'yaml';

const ABOUT = {
  source: 'github.com/cwfid/dataset',
  licence: 'for non-commercial research only, the publication to be cited',
  citation:
    'Haug, Ostermann: A Crop/Weed Field Image Dataset for the Evaluation of Computer Vision Based Precision Agriculture Tasks, ECCV 2014 workshops, doi:10.1007/978-3-319-16220-1_8',
};
/** Of the source's training photographs one in five chooses subnets. */
const VALIDATION_EVERY = 5;
/** The least pixels of a plant (of 1296 x 966); smaller ones are leaves that an outline of a neighbour cuts off. */
const LEAST = 500;
/** The channel of the annotation's colour. */
const CHANNELS = { weed: 0, crop: 1 };

const { values } = parseArgs({ options: { source: { type: 'string' }, out: { type: 'string' } } });
if (values.source === undefined || values.out === undefined) {
  console.error('usage: cwfid.mjs --source CHECKOUT --out FOLDER');
  process.exit(2);
}

const published = parse(await readFile(join(values.source, 'train_test_split.yaml'), 'utf8'));
const test = new Set(published.test);
const training = published.train.filter((number) => !test.has(number));
const splits = {
  train: training.filter((_, i) => i % VALIDATION_EVERY !== VALIDATION_EVERY - 1),
  val: training.filter((_, i) => i % VALIDATION_EVERY === VALIDATION_EVERY - 1),
  test: published.test,
};

const items = [];
await mkdir(join(values.out, 'masks'), { recursive: true });
for (const [split, numbers] of Object.entries(splits)) {
  let plants = 0;
  for (const number of numbers) {
    const name = String(number).padStart(3, '0');
    plants += await writeMask(name);
    items.push({ name, image: `images/${name}_image.png`, mask: `masks/${name}.png`, split });
  }
  console.log(`${split}: ${numbers.length} photographs with ${plants} plants`);
}
await cp(join(values.source, 'images'), join(values.out, 'images'), { recursive: true });
await writeFile(join(values.out, 'manifest.json'), `${JSON.stringify({ ...ABOUT, items }, null, 1)}\n`);

/** Writes the label map of a photograph and returns how many plants it shows. */
async function writeMask(name) {
  const annotation = join(values.source, 'annotations', `${name}_annotation`);
  const { data, info } = await sharp(`${annotation}.png`).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const mask = new Uint8Array(info.width * info.height);
  let count = 0;
  for (const { type, points } of parse(await readFile(`${annotation}.yaml`, 'utf8')).annotation) {
    const channel = CHANNELS[type];
    const plant = inside(points, info).filter(
      (pixel) => data[pixel * info.channels + channel] > 0 && mask[pixel] === 0,
    );
    if (plant.length < LEAST) continue;
    count += 1;
    for (const pixel of plant) mask[pixel] = count;
  }
  await sharp(mask, { raw: { width: info.width, height: info.height, channels: 1 } })
    .png()
    .toFile(join(values.out, 'masks', `${name}.png`));
  return count;
}

/** The pixels whose centres lie inside an outline, by the even-odd rule. */
function inside({ x, y }, { width, height }) {
  const pixels = [];
  for (let row = 0; row < height; row += 1) {
    const crossings = [];
    for (let i = 0; i < x.length; i += 1) {
      const j = (i + 1) % x.length;
      if (y[i] > row !== y[j] > row) crossings.push(x[i] + ((row - y[i]) / (y[j] - y[i])) * (x[j] - x[i]));
    }
    crossings.sort((a, b) => a - b);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      const last = Math.min(width - 1, Math.floor(crossings[k + 1]));
      for (let column = Math.max(0, Math.ceil(crossings[k])); column <= last; column += 1) {
        pixels.push(row * width + column);
      }
    }
  }
  return pixels;
}

// Cuts the ssTEM sections of Gerhard et al. into tiles with an instance mask each, listed in a manifest.
//   node test/bench/datasets/sstem.mjs --source groundtruth-drosophila-vnc --objects mitochondria --out /tmp/mitochondria
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const ABOUT = {
  source: 'github.com/unidesigner/groundtruth-drosophila-vnc, stack1',
  licence: 'CC BY-NC-SA 3.0',
  citation:
    'Gerhard, Funke, Martel, Cardona, Fetter: Segmented anisotropic ssTEM dataset of neural tissue, figshare 2013, doi:10.6084/m9.figshare.856713',
};
const SECTION = 1024;
const TILE = 512;
/** Sections lie 50 nm apart and show the same objects: between the splits one is left out. */
const SPLITS = { train: [0, 9], val: [11, 13], test: [15, 19] };
/** Label maps of the source that make the objects, and the least pixels of a component; smaller ones are specks and slivers of a cut. */
const OBJECTS = {
  mitochondria: { folder: 'mitochondria', file: (n) => `${n}.png`, isObject: (label) => label > 0, least: 200 },
  // The inside of a neuron's profile: cytoplasm (255) and the mitochondria in it (191); membranes part the profiles.
  neurites: {
    folder: 'labels',
    file: (n) => `labels000000${n}.png`,
    isObject: (label) => label === 255 || label === 191,
    least: 1000,
  },
};

const { values } = parseArgs({
  options: { source: { type: 'string' }, objects: { type: 'string' }, out: { type: 'string' } },
});
const kind = OBJECTS[values.objects ?? ''];
if (values.source === undefined || values.out === undefined || kind === undefined) {
  console.error(`usage: sstem.mjs --source CHECKOUT --objects ${Object.keys(OBJECTS).join('|')} --out FOLDER`);
  process.exit(2);
}

const items = [];
for (const folder of ['images', 'masks']) await mkdir(join(values.out, folder), { recursive: true });
for (const [split, [first, last]] of Object.entries(SPLITS)) {
  const names = [];
  for (let section = first; section <= last; section += 1) names.push(...(await cut(String(section).padStart(2, '0'))));
  items.push(...names.map((name) => ({ name, image: `images/${name}.png`, mask: `masks/${name}.png`, split })));
  console.log(`${split}: ${names.length} tiles with objects`);
}
await writeFile(join(values.out, 'manifest.json'), `${JSON.stringify({ ...ABOUT, items }, null, 1)}\n`);

/** Writes the tiles of a section that show an object and returns their names. */
async function cut(section) {
  const image = await grey(join(values.source, 'stack1/raw', `${section}.tif`));
  const labels = await grey(join(values.source, 'stack1', kind.folder, kind.file(section)));
  const names = [];
  for (let top = 0; top < SECTION; top += TILE) {
    for (let left = 0; left < SECTION; left += TILE) {
      const { mask, count } = components(tile(labels, top, left), kind);
      if (count === 0) continue;
      const name = `${section}-${top / TILE}${left / TILE}`;
      await write(join(values.out, 'images', `${name}.png`), tile(image, top, left));
      await write(join(values.out, 'masks', `${name}.png`), mask);
      names.push(name);
    }
  }
  return names;
}

async function grey(path) {
  const { data, info } = await sharp(path).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  if (info.width !== SECTION || info.height !== SECTION) throw new Error(`${path} is ${info.width} x ${info.height}`);
  return data;
}

function tile(pixels, top, left) {
  const cutOut = new Uint8Array(TILE * TILE);
  for (let y = 0; y < TILE; y += 1) {
    const start = (top + y) * SECTION + left;
    cutOut.set(pixels.subarray(start, start + TILE), y * TILE);
  }
  return cutOut;
}

/** Numbers the 4-connected components from 1 on, the small ones left out. */
function components(labels, { isObject, least }) {
  const mask = new Uint8Array(TILE * TILE);
  const isSeen = new Uint8Array(TILE * TILE);
  let count = 0;
  for (let start = 0; start < labels.length; start += 1) {
    if (isSeen[start] === 1 || !isObject(labels[start])) continue;
    const pixels = [start];
    isSeen[start] = 1;
    for (let k = 0; k < pixels.length; k += 1) {
      const [at, x] = [pixels[k], pixels[k] % TILE];
      for (const next of [at - TILE, at + TILE, x > 0 ? at - 1 : -1, x < TILE - 1 ? at + 1 : -1]) {
        if (next < 0 || next >= labels.length || isSeen[next] === 1 || !isObject(labels[next])) continue;
        isSeen[next] = 1;
        pixels.push(next);
      }
    }
    if (pixels.length < least) continue;
    count += 1;
    if (count > 255) throw new Error('more objects in a tile than a mask of 8 bits can number');
    for (const pixel of pixels) mask[pixel] = count;
  }
  return { mask, count };
}

async function write(path, pixels) {
  await sharp(pixels, { raw: { width: TILE, height: TILE, channels: 1 } })
    .png()
    .toFile(path);
}

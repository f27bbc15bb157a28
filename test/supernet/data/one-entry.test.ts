import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/errors.js';
import { listDataset } from '../../../src/supernet/data/dataset.js';
import { isInside, type LabelledImage } from '../../../src/supernet/data/labelled-image.js';
import { orFault } from '../../mutate.js';
import { folderOf, png } from './folder-of.js';

// Whatever is wrong with one entry of an export, every other one is read as it would be without, and who loses an object is told.

const [WIDTH, HEIGHT] = [6, 4];
const seed = 20_261_129;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
type Path = readonly (string | number)[];

/** Two boxes each on three pictures: no two are the same. */
const BOXES = [
  [
    [0, 0, 2, 2],
    [3, 1, 6, 3],
  ],
  [
    [1, 0, 4, 1],
    [0, 2, 5, 4],
  ],
  [
    [2, 1, 3, 4],
    [4, 0, 6, 2],
  ],
] as const;
type Box = (typeof BOXES)[number][number];
const NAMES = ['a', 'b', 'c'] as const;

const corners = ([x0, y0, x1, y1]: Box) => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
];
/** Lengths of runs down the columns. */
function runs([x0, y0, x1, y1]: Box): number[] {
  const lengths = [0];
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const [x, y] = [Math.floor(i / HEIGHT), i % HEIGHT];
    const inside = x >= x0 && x < x1 && y >= y0 && y < y1;
    if (inside !== (lengths.length % 2 === 0)) lengths.push(0);
    lengths[lengths.length - 1] = (lengths.at(-1) as number) + 1;
  }
  return lengths;
}
const perImage = <T>(make: (boxes: readonly Box[], i: number) => T): T[] => BOXES.map(make);

interface Export {
  /** What is written, by file; what is damaged lies at one of these paths of the value. */
  readonly value: Json;
  /** The text of every file. */
  render(value: Json): Readonly<Record<string, string>>;
  readonly images?: string;
  /** How many keys lead to a picture, and how many more to one of its objects. */
  readonly places: (path: Path) => { readonly image: number; readonly object?: number } | undefined;
}

/** NaN and Infinity are written as Python writes them. */
const text = (value: Json | undefined): string => JSON.stringify(value ?? null).replace(/"@(\w+|-Infinity)@"/g, '$1');
const shown = (value: Json | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value.replaceAll('@', '') : JSON.stringify(value);
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const members = (value: Json | undefined): { readonly [key: string]: Json | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { [key: string]: Json }) : {};

const coco = (segmentation: (box: Box) => Json): Export => ({
  value: {
    images: perImage((_, i) => ({ id: i + 1, file_name: `${NAMES[i]}.png`, width: WIDTH, height: HEIGHT })),
    annotations: perImage((boxes, i) =>
      boxes.map((box, k) => ({ id: 2 * i + k, image_id: i + 1, iscrowd: 0, segmentation: segmentation(box) })),
    ).flat(),
  },
  render: (value) => ({ '_annotations.coco.json': text(value) }),
  places: ([key, at]) =>
    typeof at !== 'number'
      ? undefined
      : key === 'images'
        ? { image: at }
        : { image: Math.floor(at / 2), object: at % 2 },
});

const annotated = { original_width: WIDTH, original_height: HEIGHT, image_rotation: 0 };
const byImage = ([at, , object]: Path) =>
  typeof at !== 'number' ? undefined : { image: at, ...(typeof object === 'number' ? { object } : {}) };

const EXPORTS: Readonly<Record<string, Export>> = {
  'COCO with polygons': coco((box) => [corners(box).flat()]),
  'COCO with run lengths': coco((box) => ({ size: [HEIGHT, WIDTH], counts: runs(box) })),
  LabelMe: {
    value: perImage((boxes, i) => ({
      shapes: boxes.map((box) => ({ label: 'cell', points: corners(box), group_id: null, shape_type: 'polygon' })),
      imagePath: `${NAMES[i]}.png`,
      ...{ imageWidth: WIDTH, imageHeight: HEIGHT },
    })),
    render: (value) => Object.fromEntries(NAMES.map((name, i) => [`${name}.json`, text(list(value)[i])])),
    places: byImage,
  },
  VIA: {
    value: perImage((boxes, i) => ({
      filename: `${NAMES[i]}.png`,
      regions: boxes.map((box) => ({
        shape_attributes: {
          ...{ name: 'polygon', all_points_x: corners(box).map(([x = 0]) => x) },
          all_points_y: corners(box).map(([, y = 0]) => y),
        },
      })),
    })),
    render: (value) => ({
      'via.json': text(Object.fromEntries(list(value).map((one, i) => [`${NAMES[i]}.png1`, one]))),
    }),
    places: byImage,
  },
  Supervisely: {
    value: perImage((boxes) => ({
      size: { width: WIDTH, height: HEIGHT },
      objects: boxes.map((box, k) => ({
        ...{ id: k + 1, geometryType: 'polygon' },
        points: { exterior: corners(box), interior: [] },
      })),
    })),
    render: (value) => Object.fromEntries(NAMES.map((name, i) => [`ann/${name}.png.json`, text(list(value)[i])])),
    images: 'img/',
    places: byImage,
  },
  'Label Studio': {
    value: perImage((boxes, i) => ({
      data: { image: `${NAMES[i]}.png` },
      result: boxes.map((box, k) => ({
        ...{ ...annotated, id: `r${k}`, type: 'polygonlabels' },
        value: { points: corners(box).map(([x = 0, y = 0]) => [(100 * x) / WIDTH, (100 * y) / HEIGHT]) },
      })),
    })),
    render: (value) => ({
      'export.json': text(
        list(value).map((task, i) => ({
          id: i,
          data: members(task)['data'],
          annotations: [{ result: members(task)['result'] }],
        })),
      ),
    }),
    places: byImage,
  },
  YOLO: {
    value: perImage((boxes) => ({
      lines: boxes.map((box) => [0, ...corners(box).flatMap(([x = 0, y = 0]) => [x / WIDTH, y / HEIGHT])]),
    })),
    render: (value) =>
      Object.fromEntries(
        NAMES.map((name, i) => [
          `labels/${name}.txt`,
          list(members(list(value)[i])['lines'])
            // An empty line is none.
            .map((line) => (Array.isArray(line) ? list(line).map(shown).join(' ') : shown(line)) || '{}')
            .join('\n'),
        ]),
      ),
    images: 'images/',
    places: byImage,
  },
  CVAT: {
    value: perImage((boxes, i) => ({
      name: `${NAMES[i]}.png`,
      shapes: boxes.map((box, k) => ({
        kind: 'polygon',
        label: `l${k}`,
        points: corners(box)
          .map((point) => point.join())
          .join(';'),
      })),
    })),
    render: (value) => {
      const element = (name: string, entry: Json | undefined, inside = '') => {
        const own = Object.entries(members(entry)).filter(
          ([key, of]) => key !== 'kind' && key !== 'shapes' && of !== undefined,
        );
        return `<${name} ${own.map(([key, of]) => `${key}="${shown(of).replaceAll('"', '&quot;')}"`).join(' ')}>${inside}</${name}>`;
      };
      const images = list(value).map((image) => {
        const shapes = list(members(image)['shapes']).map((one) => element(shown(members(one)['kind']) || 'box', one));
        return element('image', image, shapes.join(''));
      });
      return { 'annotations.xml': `<?xml version="1.0"?><annotations>${images.join('')}</annotations>` };
    },
    images: 'images/',
    places: byImage,
  },
};

/** Every place of a value, the value itself not. */
function* pathsOf(value: Json | undefined, path: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const own = [...path, Array.isArray(value) ? Number(key) : key];
    yield own;
    yield* pathsOf(inner as Json, own);
  }
}

/** The value with another at this place, or with none. */
function changed(value: Json | undefined, [key, ...rest]: Path, to: Json | undefined): Json | undefined {
  if (key === undefined) return to;
  if (Array.isArray(value)) {
    const inner = changed(value[key as number], rest, to);
    return value.flatMap((item, i) => (i !== key ? [item] : inner === undefined ? [] : [inner])) as Json;
  }
  return { ...members(value), [key]: changed(members(value)[key], rest, to) };
}

const WRONG: readonly (Json | undefined)[] = [
  ...[undefined, null, true, false, '', 'x', '../x.png', '3'],
  ...[-1, 0, 0.5, 7, 1e9, -1e300, '@NaN@', '@Infinity@', '@-Infinity@'],
  ...[[], {}, [[]], [null], [1, 2], { x: 1 }],
];

/** Of every picture its masks, as texts; undefined for one that is not read. */
async function masksOf(folder: string) {
  const { items, faults } = await listDataset(folder, {});
  const masks = new Map<string, readonly string[] | undefined>();
  let told = faults.length;
  for (const item of items) {
    const image: LabelledImage | undefined = await orFault(() => item.load(), DataError);
    if (image === undefined) told++;
    told += image?.leftOut?.length ?? 0;
    if (image?.objects.length === 0) told++;
    const drawn = image?.objects.map((object) =>
      Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
        isInside(object, i % WIDTH, Math.floor(i / WIDTH)) ? '#' : '.',
      ).join(''),
    );
    masks.set(item.file.replace(/^.*\/|\.png$/g, ''), drawn);
  }
  return { masks, told };
}

const maskOf = ([x0, y0, x1, y1]: Box): string =>
  Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    return x >= x0 && x < x1 && y >= y0 && y < y1 ? '#' : '.';
  }).join('');

describe('one entry that is wrong', () => {
  it.each(Object.keys(EXPORTS))(
    'of %s costs itself alone, and is told',
    async (kind) => {
      const { value, render, images = '', places } = EXPORTS[kind] as Export;
      const picture = await png(WIDTH, HEIGHT);
      const folder = folderOf({
        ...Object.fromEntries(NAMES.map((name) => [`${images}${name}.png`, picture])),
        ...render(value),
      });
      const whole = await masksOf(folder);
      expect([...whole.masks]).toEqual(NAMES.map((name, i) => [name, BOXES[i]?.map(maskOf)]));
      expect(whole.told).toBe(0);
      const damage = fc
        .record({
          path: fc.constantFrom(...[...pathsOf(value)].filter((path) => places(path) !== undefined)),
          to: fc.constantFrom(...WRONG),
        })
        // Who takes a whole entry out does not want it.
        .filter(({ path, to }) => to !== undefined || typeof path.at(-1) !== 'number' || path.length > 3);
      await fc.assert(
        fc.asyncProperty(damage, async ({ path, to }) => {
          for (const [file, content] of Object.entries(render(changed(value, path, to) ?? null))) {
            writeFileSync(join(folder, file), content);
          }
          const read = await orFault(() => masksOf(folder), DataError);
          // Refused as a whole, in words.
          if (read === undefined) return;
          const { image, object } = places(path) as { image: number; object?: number };
          for (const [i, name] of NAMES.entries()) {
            const own = read.masks.get(name);
            if (i !== image)
              expect(own, `${name}: ${path.join('.')}`).toEqual(expect.arrayContaining(BOXES[i]?.map(maskOf) ?? []));
            else if (own !== undefined && object !== undefined) {
              const other = BOXES[i]?.[1 - object] as Box;
              expect(own, `${name}: ${path.join('.')}`).toContain(maskOf(other));
            }
          }
          const all = [...read.masks.values()].reduce((sum, own) => sum + (own?.length ?? 0), 0);
          expect(all).toBeLessThanOrEqual(6);
          const isCrowd = path.at(-1) === 'iscrowd' && to === true;
          if (all < 6 && !isCrowd) expect(read.told, `${path.join('.')} is ${JSON.stringify(to)}`).toBeGreaterThan(0);
        }),
        { seed, numRuns: 120 },
      );
    },
    120_000,
  );
});

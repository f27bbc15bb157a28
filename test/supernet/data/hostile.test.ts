import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { atOnce, inTurns } from '../../../src/base/turns.js';
import { DataError } from '../../../src/errors.js';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { readAnnotations } from '../../../src/supernet/data/coco-annotations.js';
import { pathInside } from '../../../src/supernet/data/data-files.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { objectsOfLabelMap } from '../../../src/supernet/data/label-map.js';
import { createMask } from '../../../src/supernet/data/labelled-image.js';
import { readPngSamples } from '../../../src/supernet/data/png-samples.js';
import { polygonRuns } from '../../../src/supernet/data/polygon-runs.js';
import { readLabelMap } from '../../../src/supernet/data/read-label-map.js';
import { prepareEvaluations } from '../../../src/supernet/method/evaluate.js';
import { folderOf } from './folder-of.js';

const assets = resolve(import.meta.dirname, '../../assets/data');
const nuclei = resolve(import.meta.dirname, '../../../data/dsb2018-nuclei');
/** Fixed, so that a failure is found again. */
const seed = 7;

/** How often the event loop had its turn during the work. */
async function turnsOf(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let done = false;
  const count = () => {
    turns++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  try {
    await work();
  } finally {
    done = true;
  }
  return turns;
}

describe('what people bring', () => {
  it.each([
    ['01-mask-ids-in-red-channel', 3, []],
    ['02-mask-palette-png-40-objects', 40, []],
    ['03-mask-grey-png-with-icc-profile', 100, []],
    ['04-mask-jpeg', 0, ['DATA_MASK', 'DATA_EMPTY']],
    ['05-mask-tiff-of-several-pages', 0, ['DATA_MASK', 'DATA_EMPTY']],
    ['06-image-float-tiff-is-black', 3, []],
    ['07-image-jpeg-extraneous-bytes', 3, []],
    ['08-coco-image-size-minus-1', 6, []],
    ['09-coco-nan', 6, []],
    ['10-json-with-bom', 6, []],
    ['11-coco-polygon-of-one-point', 6, ['DATA_ANNOTATION']],
    ['12-coco-segmentation-flat-list', 6, []],
    ['13-coco-annotation-id-is-text', 6, []],
    ['14-coco-windows-paths', 6, []],
    ['15-coco-one-file-missing', 6, ['DATA_MISSING']],
    ['16-coco-two-images-of-one-stem', 6, []],
    ['17-coco-exif-rotated-photo', 3, []],
    ['18-image-of-extreme-sides', 6, ['DATA_NARROW', 'DATA_EMPTY']],
    ['19-layout-label-studio', 6, []],
    ['20-labelme-taken-for-sa-1b', 1, []],
  ] as const)('is read right or named: %s', async (folder, objects, codes) => {
    const check = await checkDataset(join(assets, folder));
    expect(check.objects).toBe(objects);
    expect(check.faults.map(({ code }) => code)).toEqual(codes);
  });

  it('has palettes, grey values and colours as they are stored', async () => {
    const palette = await readLabelMap(join(assets, '02-mask-palette-png-40-objects/masks/a.png'));
    expect(new Set(palette.labels)).toEqual(new Set(Array.from({ length: 41 }, (_, i) => i)));
    const colours = folderOf({
      'a.png': await sharp(Buffer.from([1, 0, 0, 2, 0, 7].flatMap((value) => [value])), {
        raw: { width: 2, height: 1, channels: 3 },
      })
        .png()
        .toBuffer(),
    });
    await expect(readLabelMap(join(colours, 'a.png'))).rejects.toThrow(/colour picture/);
  });

  it('has lossy and wide label maps that are named', async () => {
    const grey = () => sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 3, g: 3, b: 3 } } });
    const folder = folderOf({
      'lossy.webp': await grey().webp().toBuffer(),
      'lossless.webp': await grey().webp({ lossless: true }).toBuffer(),
      'grey.tif': await grey().toColourspace('b-w').tiff({ compression: 'none' }).toBuffer(),
    });
    await expect(readLabelMap(join(folder, 'lossy.webp'))).rejects.toThrow(/lossy WebP/);
    for (const file of ['lossless.webp', 'grey.tif']) {
      expect([...(await readLabelMap(join(folder, file))).labels]).toEqual(new Array(64).fill(3));
    }
  });

  it('has pictures turned as their EXIF says unless only the stored picture fits', async () => {
    const folder = join(assets, '17-coco-exif-rotated-photo');
    const json = JSON.parse(readFileSync(join(folder, '_annotations.coco.json'), 'utf8'));
    const stored = { ...json, images: json.images.map((image: object) => ({ ...image, width: 48, height: 64 })) };
    const copy = folderOf({
      '_annotations.coco.json': JSON.stringify(stored),
      'a.jpg': readFileSync(join(folder, 'a.jpg')),
    });
    expect((await checkDataset(copy)).faults.filter(({ code }) => code === 'DATA_SIZE')).toEqual([]);
  });
});

describe('a split of which no image can be used', () => {
  it('says why, and what to do', async () => {
    const dataset = await openDataset(join(assets, '18-image-of-extreme-sides'), 'val', { onSkip: () => undefined });
    const options = {
      inputSize: 64,
      pixelMean: [0, 0, 0],
      pixelStd: [1, 1, 1],
      prompts: ['box'],
      maxObjects: 4,
    } as const;
    await expect(prepareEvaluations(dataset, options, [1])).rejects.toMatchObject({
      code: 'DATA_EMPTY',
      message: expect.stringMatching(/\(val\) can be scored: of 1, 1 cannot be used/),
      remedy: expect.stringMatching(/splits\/val\.txt/),
    });
  });
});

describe('the numbers of a PNG', () => {
  it('are those of the library for pictures without colours to manage', async () => {
    const picture = fc.record({
      width: fc.integer({ min: 1, max: 19 }),
      height: fc.integer({ min: 1, max: 19 }),
      channels: fc.constantFrom(1, 3, 4),
      bits: fc.constantFrom(8, 16),
      progressive: fc.boolean(),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(picture, async ({ width, height, channels, bits, progressive, seed: from }) => {
        const wide = bits === 16;
        const values = Array.from(
          { length: width * height * channels },
          (_, i) => ((i * 2654435761 + from) >>> 7) % 2 ** bits,
        );
        const data = wide ? Uint16Array.from(values) : Uint8Array.from(values);
        const grey = channels === 1;
        const png = await sharp(data, { raw: { width, height, channels: channels as 1 | 3 | 4 } })
          .toColourspace(wide ? (grey ? 'grey16' : 'rgb16') : grey ? 'b-w' : 'srgb')
          .png({ progressive, adaptiveFiltering: true })
          .toBuffer();
        const read = await readPngSamples(png);
        expect({ ...read, samples: [...read.samples] }).toEqual({
          width,
          height,
          channels,
          colours: [],
          isVoc: false,
          samples: values,
        });
      }),
      { seed },
    );
  });

  it('never are anything else than numbers or an error, whatever bytes change', async () => {
    const original = readFileSync(join(nuclei, 'masks', '00ae65c1c663.png'));
    const folder = folderOf({});
    const change = fc.record({ at: fc.nat(original.length - 1), value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.nat(original.length),
        async (changes, cut) => {
          const bytes = Buffer.from(original);
          for (const { at, value } of changes) bytes[at] = value;
          writeFileSync(join(folder, 'a.png'), cut % 4 === 0 ? bytes.subarray(0, cut) : bytes);
          await readLabelMap(join(folder, 'a.png')).catch((error: unknown) => expect(error).toBeInstanceOf(DataError));
        },
      ),
      { seed },
    );
  }, 60_000);
});

describe('label maps', () => {
  const noise = (side: number, bits: number) => {
    let state = 1;
    return Uint16Array.from({ length: side * side }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> (32 - bits);
    });
  };

  it.each([
    [512, 16],
    [1024, 16],
    [2048, 16],
    [1024, 8],
    [2048, 8],
  ])('of noise (%i pixels, %i bits) are refused after one pass, in little memory', (side, bits) => {
    const labels = noise(side, bits);
    const memory = process.memoryUsage().arrayBuffers;
    expect(() => atOnce(objectsOfLabelMap(labels, side))).toThrow(/as the values of a photograph do/);
    expect(process.memoryUsage().arrayBuffers - memory).toBeLessThan(2 ** 26);
  });

  it('leave the event loop while they are cut out', async () => {
    const side = 4096;
    const labels = new Uint16Array(side * side).map((_, at) => 1 + ((at % side) >> 9) + 8 * (at >> 21));
    const turns = await turnsOf(async () => {
      expect((await inTurns(objectsOfLabelMap(labels, side))).length).toBe(64);
    });
    // Two passes over the pixels in steps of two million.
    expect(turns).toBeGreaterThanOrEqual(16);
  }, 30_000);

  it('that are photographs are refused, and those of the nuclei are not', async () => {
    for (const name of readdirSync(join(nuclei, 'masks')).slice(0, 40)) {
      const found = await readLabelMap(join(nuclei, 'masks', name));
      expect(atOnce(objectsOfLabelMap(found.labels, found.width)).length).toBeGreaterThan(0);
      const { data, info } = await sharp(join(nuclei, 'images', name))
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const labels = Uint16Array.from(
        { length: info.width * info.height },
        (_, i) => data[i * info.channels] as number,
      );
      expect(() => atOnce(objectsOfLabelMap(labels, info.width))).toThrow(DataError);
    }
  });

  it('of very many small objects cost what their pixels cost', () => {
    const side = 1024;
    const labels = Uint16Array.from({ length: side * side }, (_, at) => {
      const [x, y] = [at % side, Math.floor(at / side)];
      return x % 5 === 4 || y % 5 === 4 ? 0 : 1 + Math.floor(y / 5) * 205 + Math.floor(x / 5);
    });
    const objects = atOnce(objectsOfLabelMap(labels, side));
    expect(objects.length).toBe(205 * 205);
    expect(objects.slice(0, 204).every(({ area }) => area === 16)).toBe(true);
  });

  it('give what looking for every label alone gives', () => {
    const map = fc.record({
      width: fc.integer({ min: 1, max: 9 }),
      labels: fc.array(fc.constantFrom(0, 0, 1, 2, 40_000, 65_535), { minLength: 1, maxLength: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(map, ({ width, height, labels: few }) => {
        const labels = Uint16Array.from({ length: width * height }, (_, i) => few[(i * i + i) % few.length] as number);
        const expected = [...new Set(labels)]
          .filter((label) => label !== 0)
          .sort((a, b) => a - b)
          .map((id) => {
            const pixels = [...labels.keys()]
              .filter((at) => labels[at] === id)
              .map((at) => [at % width, Math.floor(at / width)]);
            const [xs, ys] = [pixels.map(([x]) => x as number), pixels.map(([, y]) => y as number)];
            const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1] as const;
            const { mask, add } = createMask(box);
            for (const [x, y] of pixels) add(x as number, y as number);
            return { id, area: pixels.length, box: [...box], mask };
          });
        expect(atOnce(objectsOfLabelMap(labels, width))).toEqual(expected);
      }),
      { seed },
    );
  });
});

/** pycocotools' rleFrPoly step by step over all of the outline, without any clipping: the truth for `polygonRuns`. */
function steppedRuns(polygon: readonly number[], width: number, height: number): number[] {
  const turns = new Map<number, number>();
  let last: readonly [number, number] | undefined;
  const visit = (u: number, v: number) => {
    if (last !== undefined && u !== last[0]) {
      const column = ((u < last[0] ? u : u - 1) + 0.5) / 5 - 0.5;
      if (Number.isInteger(column) && column >= 0 && column <= width - 1) {
        const row = Math.ceil(Math.min(height, Math.max(0, (Math.min(v, last[1]) + 0.5) / 5 - 0.5)));
        turns.set(column * height + row, (turns.get(column * height + row) ?? 0) + 1);
      }
    }
    last = [u, v];
  };
  const fine = polygon.map((coordinate) => Math.trunc(5 * coordinate + 0.5));
  for (let i = 0; i < fine.length; i += 2) {
    const [x0, y0] = [fine[i] as number, fine[i + 1] as number];
    const [x1, y1] = [fine[(i + 2) % fine.length] as number, fine[(i + 3) % fine.length] as number];
    const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
    const steps = Math.max(dx, dy);
    if (steps === 0) visit(x0, y0);
    const steep = dx < dy;
    const flipped = steep ? y0 > y1 : x0 > x1;
    const [fromX, fromY, toX, toY] = flipped ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
    const slope = steep ? (toX - fromX) / dy : (toY - fromY) / dx;
    for (let step = 0; steps > 0 && step <= steps; step++) {
      const t = flipped ? steps - step : step;
      if (steep) visit(Math.trunc(fromX + slope * t + 0.5), fromY + t);
      else visit(fromX + t, Math.trunc(fromY + slope * t + 0.5));
    }
  }
  const places = [...turns].filter(([, count]) => count % 2 === 1).map(([at]) => at);
  const runs = places.filter((at) => at < width * height).sort((a, b) => a - b);
  return runs.length % 2 === 1 ? [...runs, width * height] : runs;
}

describe('polygons that leave the image', () => {
  const polygon = (far: number) => {
    const coordinate = fc.oneof(
      fc.double({ min: -far, max: far, noNaN: true }),
      fc.integer({ min: -far, max: far }),
      fc.double({ min: -5, max: 40, noNaN: true }),
    );
    return fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 8 }).map((points) => points.flat());
  };
  const side = fc.integer({ min: 1, max: 32 });

  it.each([
    [60, 1000],
    [20_000, 100],
  ])(
    'are what stepping along all of the outline gives inside it, to %i pixels away',
    async (far, numRuns) => {
      await fc.assert(
        fc.asyncProperty(polygon(far), side, side, async (corners, width, height) => {
          expect(await polygonRuns(corners, width, height)).toEqual(steppedRuns(corners, width, height));
        }),
        { seed, numRuns },
      );
    },
    60_000,
  );

  it.each([1e6, 1e7, 1e9, 1e12])('cost nothing more at %d', async (far) => {
    // Stepping along these outlines would not end.
    expect(await polygonRuns([-far, -far, far, -far, far, far, -far, far], 640, 480)).toEqual([0, 640 * 480]);
    await polygonRuns([-far, far / 3, far, -far / 7, far / 2, far], 640, 480);
  });

  it('of no number cost themselves alone', async () => {
    const good = [[1, 1, 3, 1, 3, 3, 1, 3]];
    const { objects, leftOut } = await readAnnotations(
      [Number.POSITIVE_INFINITY, Number.NaN, 1e300]
        .map((x) => ({ segmentation: [[1, 1, x, 1, 3, 3]] }))
        .concat([{ segmentation: good }]),
      { width: 6, height: 4 },
      'file',
    );
    expect(objects).toMatchObject([{ area: 4 }]);
    expect(leftOut.map(({ message }) => message)).toContain(
      'file: an annotation (number 1) has a polygon with the coordinate Infinity',
    );
    expect(leftOut.every(({ message }) => /has a polygon with the coordinate/.test(message))).toBe(true);
  });

  it('of many corners leave the event loop', async () => {
    const corners = Array.from({ length: 40_000 }, (_, i) => {
      const radius = i % 2 === 0 ? 400 : 5;
      return [500 + radius * Math.cos(i), 500 + radius * Math.sin(i)];
    }).flat();
    // About ten million crossings in steps of a million.
    expect(await turnsOf(() => polygonRuns(corners, 1000, 1000))).toBeGreaterThanOrEqual(8);
  }, 60_000);
});

describe('annotations', () => {
  const segmentation = fc.oneof(
    { weight: 3, arbitrary: fc.array(fc.array(fc.double({ min: -9, max: 19 }), { maxLength: 12 }), { maxLength: 3 }) },
    fc.record({
      size: fc.constantFrom([4, 6], [6, 4], [0, 0], 'x'),
      counts: fc.oneof(fc.string(), fc.array(fc.integer({ min: -1, max: 24 }))),
    }),
    fc.jsonValue(),
  );
  const annotation = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record(
        {
          id: fc.oneof(fc.nat(3), fc.string(), fc.constant(null)),
          iscrowd: fc.constantFrom(0, 1, true, false, null),
          segmentation,
        },
        { requiredKeys: [] },
      ),
    },
    fc.jsonValue(),
  );

  it('cost at most themselves, and objects have ids of their own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(annotation, { maxLength: 8 }), async (annotations) => {
        const whole = { id: 'mine', segmentation: [[1, 1, 3, 1, 3, 3, 1, 3]] };
        const { objects, leftOut } = await readAnnotations([...annotations, whole], { width: 6, height: 4 }, 'file');
        expect(objects.some(({ area, box }) => area === 4 && `${box}` === '1,1,3,3')).toBe(true);
        expect(new Set(objects.map(({ id }) => id)).size).toBe(objects.length);
        expect(leftOut.every((error) => error instanceof DataError)).toBe(true);
      }),
      { seed },
    );
  });

  it('of a garbled file are faults, whatever bytes change', async () => {
    const source = join(assets, '11-coco-polygon-of-one-point');
    const json = readFileSync(join(source, '_annotations.coco.json'));
    const folder = folderOf({
      'a.png': readFileSync(join(source, 'a.png')),
      'b.png': readFileSync(join(source, 'b.png')),
    });
    const change = fc.record({
      at: fc.nat(json.length - 1),
      value: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('0-[]{},:"eN.'))),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = Buffer.from(json);
        for (const { at, value } of changes) bytes[at] = value;
        writeFileSync(join(folder, '_annotations.coco.json'), bytes);
        await checkDataset(folder).catch((error: unknown) => expect(error).toBeInstanceOf(DataError));
      }),
      { seed, numRuns: 60 },
    );
  }, 60_000);
});

describe('names of files', () => {
  it.each([
    '../a.png',
    'images/../../a.png',
    '/etc/passwd',
    'C:\\a.png',
    '..\\a.png',
    '\\\\host\\a.png',
    'a\0.png',
    '..',
  ])('that leave the folder are refused: %j', (name) => {
    expect(() => pathInside(name, 'file')).toThrow(/not inside the data set's folder/);
  });

  it('never lead out of the folder', () => {
    const part = fc.constantFrom('..', '.', 'a', '', 'b.png', '\\', '/', 'C:', '...');
    fc.assert(
      fc.property(fc.array(part), fc.constantFrom('/', '\\', ''), (parts, between) => {
        try {
          const path = resolve('/data/set', pathInside(parts.join(between), 'file'));
          expect(path === '/data/set' || path.startsWith('/data/set/')).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('that name a device, a folder or nothing are faults, in every format', async () => {
    const manifest = JSON.stringify({
      items: [
        { name: 'a', image: 'zero.png', mask: 'zero.png', split: 'val' },
        { name: 'b', image: '../b.png', mask: 'b.png', split: 'val' },
        { name: '../c', image: 'c.png', mask: 'c.png', split: 'val' },
        { name: 'd', image: 'deep', mask: 'd.png', split: 'val' },
      ],
    });
    const folder = folderOf({ 'manifest.json': manifest, 'deep/x': '' });
    symlinkSync('/dev/zero', join(folder, 'zero.png'));
    expect((await checkDataset(folder)).faults.map(({ code, image }) => `${code} ${image}`)).toEqual([
      'DATA_OUTSIDE undefined',
      'DATA_OUTSIDE undefined',
      'DATA_MISSING a',
      'DATA_MISSING d',
      'DATA_EMPTY undefined',
    ]);
    const image = (id: number, file_name: string) => ({ id, file_name, width: 6, height: 4 });
    const coco = folderOf({
      '_annotations.coco.json': JSON.stringify({
        images: [image(1, '/dev/zero'), image(2, '../x.png'), image(3, 'zero.png')],
        annotations: [],
      }),
    });
    symlinkSync('/dev/zero', join(coco, 'zero.png'));
    expect((await checkDataset(coco)).faults.map(({ code }) => code)).toEqual([
      'DATA_OUTSIDE',
      'DATA_OUTSIDE',
      'DATA_MISSING',
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { atOnce } from '../../../src/base/turns.js';
import { objectsOfLabelMap } from '../../../src/supernet/data/label-map.js';
import { isInside, type LabelledImage } from '../../../src/supernet/data/labelled-image.js';
import { type Augmentation, augment, augmentationKinds } from '../../../src/supernet/train/augment.js';

const FILL = [123.675, 116.28, 103.53];

/** Every pixel says in its colour where it stood and what it belonged to: red 10 x, green 10 y, blue 40 label. */
function picture(width: number, height: number, seed: number): LabelledImage {
  const rng = createRng('picture', seed);
  const labels = Uint16Array.from({ length: width * height }, () => rng.int(0, 3));
  const rgb = new Uint8Array(3 * width * height);
  labels.forEach((label, at) => {
    rgb.set([10 * (at % width), 10 * Math.floor(at / width), 40 * label], 3 * at);
  });
  return { name: 'a', width, height, rgb, objects: atOnce(objectsOfLabelMap(labels, width)) };
}

const cases = fc.record({
  width: fc.integer({ min: 1, max: 20 }),
  height: fc.integer({ min: 1, max: 20 }),
  seed: fc.integer({ min: 0, max: 1000 }),
});
const augmented = (image: LabelledImage, seed: number, ...kinds: Augmentation[]) =>
  augment(image, createRng('augment', seed), kinds, FILL);

const labelAt = ({ objects }: LabelledImage, x: number, y: number) =>
  objects.find((object) => isInside(object, x, y))?.id ?? 0;

describe('augmentation', () => {
  it('keeps area and box of every object those of its pixels, whatever is combined', () => {
    fc.assert(
      fc.property(cases, fc.subarray([...augmentationKinds]), ({ width, height, seed }, kinds) => {
        const image = augmented(picture(width, height, seed), seed, ...kinds);
        expect(image.rgb.length).toBe(3 * image.width * image.height);
        for (const object of image.objects) {
          const places = Array.from({ length: image.width * image.height }, (_, at) => at).filter((at) =>
            isInside(object, at % image.width, Math.floor(at / image.width)),
          );
          const [xs, ys] = [places.map((at) => at % image.width), places.map((at) => Math.floor(at / image.width))];
          expect(object.area).toBe(places.length);
          expect(object.box).toEqual([Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1]);
        }
      }),
    );
  });

  it('crops to a window in which every pixel keeps its neighbours and its label', () => {
    let cut = 0;
    fc.assert(
      fc.property(cases, ({ width, height, seed }) => {
        const whole = picture(width, height, seed);
        const image = augmented(whole, seed, 'crop');
        if (image !== whole) cut++;
        expect(image.width).toBeGreaterThanOrEqual(Math.floor(width / 2));
        const [left = 0, top = 0] = [...image.rgb.subarray(0, 2)].map((value) => value / 10);
        for (let y = 0; y < image.height; y++) {
          for (let x = 0; x < image.width; x++) {
            const at = 3 * (y * image.width + x);
            const label = labelAt(whole, x + left, y + top);
            expect([...image.rgb.subarray(at, at + 3)]).toEqual([10 * (x + left), 10 * (y + top), 40 * label]);
            expect(labelAt(image, x, y)).toBe(label);
          }
        }
      }),
    );
    expect(cut).toBeGreaterThan(50);
  });

  it('leaves an image whole whose only object every window misses', () => {
    const labels = new Uint16Array(400);
    labels[0] = 1;
    const image = { ...picture(20, 20, 1), objects: atOnce(objectsOfLabelMap(labels, 20)) };
    const seen = Array.from({ length: 200 }, (_, seed) => augmented(image, seed, 'crop'));
    for (const each of seen) expect(each.objects).toHaveLength(1);
    expect(seen).toContain(image);
  });

  it('shrinks on a canvas of the mean colour, masks with the pixels', () => {
    // Left half object, right half not: whatever the size, the colour says on which side a pixel was.
    const labels = Uint16Array.from({ length: 400 }, (_, at) => (at % 20 < 10 ? 1 : 0));
    const rgb = Uint8Array.from({ length: 1200 }, (_, i) => (Math.floor(i / 3) % 20 < 10 ? 250 : 10));
    const image: LabelledImage = {
      name: 'b',
      width: 20,
      height: 20,
      rgb,
      objects: atOnce(objectsOfLabelMap(labels, 20)),
    };
    for (let seed = 0; seed < 50; seed++) {
      const moved = augmented(image, seed, 'scale');
      expect([moved.width, moved.height]).toEqual([20, 20]);
      const filled = FILL.map(Math.round);
      let shown = 0;
      for (let at = 0; at < 400; at++) {
        const pixel = [...moved.rgb.subarray(3 * at, 3 * at + 3)];
        const [x, y] = [at % 20, Math.floor(at / 20)];
        if (pixel.every((value, i) => value === filled[i])) {
          expect(labelAt(moved, x, y)).toBe(0);
          continue;
        }
        shown++;
        if (pixel[0] !== 250 && pixel[0] !== 10) continue; // the edge, where bilinear mixes
        expect(labelAt(moved, x, y)).toBe(pixel[0] === 250 ? 1 : 0);
      }
      expect(shown).toBeGreaterThanOrEqual(100);
      expect(Math.abs((moved.objects[0]?.area ?? 0) / shown - 0.5)).toBeLessThan(0.06);
    }
  });

  it('changes colours by up to the stated factors and nothing else', () => {
    const grey: LabelledImage = { ...picture(4, 4, 1), rgb: new Uint8Array(48).fill(100) };
    const values = Array.from({ length: 100 }, (_, seed) => augmented(grey, seed, 'colour').rgb[0] as number);
    // An even grey has neither saturation nor contrast to change: what is left is the brightness.
    expect(Math.min(...values)).toBeGreaterThanOrEqual(80);
    expect(Math.max(...values)).toBeLessThanOrEqual(120);
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(30);
    const image = picture(5, 5, 2);
    const { rgb, ...rest } = augmented(image, 3, 'colour');
    expect(rest).toEqual({ name: 'a', width: 5, height: 5, objects: image.objects });
    expect(rgb).not.toEqual(image.rgb);
  });

  it('is the same for one seed and another for the next, and nothing when nothing is asked for', () => {
    const image = picture(20, 20, 7);
    for (const kind of augmentationKinds) {
      expect(augmented(image, 5, kind)).toEqual(augmented(image, 5, kind));
      const differing = [6, 7, 8].filter(
        (seed) => `${augmented(image, seed, kind).rgb}` !== `${augmented(image, 5, kind).rgb}`,
      );
      expect(differing.length, kind).toBeGreaterThan(0);
    }
    expect(augmented(image, 5)).toBe(image);
  });
});

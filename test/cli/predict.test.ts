import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globExpression, imagePaths } from '../../src/cli/image-paths.js';
import { readLabelMap } from '../../src/supernet/data/read-label-map.js';
import { unpackRunLengths } from '../../src/supernet/data/run-lengths.js';
import { writeModel } from '../../src/supernet/model/model-folder.js';
import { tinyModel } from '../supernet/train/tiny-model.js';
import { runCommand } from './run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-predict-command-'));
const at = (...parts: string[]) => join(folder, ...parts);
const picture = (path: string, width: number, height: number) =>
  sharp(
    new Uint8Array(width * height * 3).map((_, i) => (i * 53) % 256),
    { raw: { width, height, channels: 3 } },
  ).toFile(path);
beforeAll(async () => {
  await writeModel(at('model'), tinyModel());
  for (const inner of ['images', 'images/deep']) mkdirSync(at(inner));
  await picture(at('images/a.png'), 24, 16);
  await picture(at('images/b.jpg'), 10, 30);
  await picture(at('images/deep/a.png'), 12, 12);
  writeFileSync(at('images/notes.txt'), 'no image');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const predict = (...args: string[]) => runCommand('predict', '--model', at('model'), ...args);

describe('supersam predict', () => {
  it('writes a mask a prompt and an overlay, and lists them as CSV', async () => {
    const { out } = await predict(at('images/a.png'), '--box', '2,3,10,8', '--box', '1,1,5,5', '--output', at('masks'));
    const lines = out.trim().split('\n');
    expect(lines[0]).toBe('image,mask,predictedIou,stability,x,y,width,height,area');
    expect(lines).toHaveLength(3);
    for (const [i, line] of lines.slice(1).entries()) {
      const pixels = await sharp(at(`masks/a-${i + 1}.png`))
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(pixels.info).toMatchObject({ width: 24, height: 16, channels: 1 });
      expect(pixels.data.filter((value) => value === 255)).toHaveLength(Number(line.split(',').at(-1)));
      expect(pixels.data.every((value) => value === 0 || value === 255)).toBe(true);
    }
    expect(await sharp(at('masks/a-overlay.png')).metadata()).toMatchObject({ width: 24, height: 16, channels: 3 });
    await expect(predict(at('images/a.png'), '--box', '2,3,10,8', '--output', at('masks'))).rejects.toThrow(
      /is there already/,
    );
  });

  it('prints a line of JSON an image of a folder, masks as COCO run lengths and where the time went', async () => {
    const { out } = await predict(at('images'), '--point', '4,5', '--point', '9,9,0', '--json');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ image }) => image)).toEqual([at('images/a.png'), at('images/b.jpg')]);
    for (const { masks, width, height, milliseconds } of lines) {
      expect(masks).toHaveLength(1);
      const [{ segmentation, area }] = masks;
      expect(segmentation.size).toEqual([height, width]);
      const lengths = unpackRunLengths(segmentation.counts);
      expect(lengths.filter((_, i) => i % 2 === 1).reduce((a, b) => a + b, 0)).toBe(area);
      expect(Object.keys(milliseconds)).toEqual(['read', 'prepare', 'encode', 'decode', 'masks']);
    }
  });

  it('writes a map of instances that data sets can have as masks', async () => {
    const ask = ['--everything', '--points-per-side', '3', '--min-iou', '0', '--min-stability', '0'];
    const { out } = await predict(at('images/**/a.png'), ...ask, '--output', at('maps'), '--json');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ files }) => files[0])).toEqual([at('maps/a-instances.png'), at('maps/a-2-instances.png')]);
    const { masks, width, height } = lines[0];
    const map = await readLabelMap(at('maps/a-instances.png'));
    expect([map.width, map.height]).toEqual([width, height]);
    const ids = new Set(map.labels);
    for (const id of ids) expect(id).toBeLessThanOrEqual(masks.length);
  });

  it('says what to do where nothing is found', async () => {
    const { out, err } = await predict(at('images/a.png'), '--everything', '--points-per-side', '2', '--min-iou', '1');
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(/no mask exceeds a predicted IoU of 1 .*lower --min-iou and --min-stability/);
  });

  it.each([
    [[], /nothing is asked for/],
    [['--everything', '--box', '1,1,2,2'], /said twice/],
    [['--box', '1,1,5,5', '--box', '2,2,5,5', '--point', '3,3'], /which box the points belong to is not said/],
    [['--prompts', '[{"box": [1, 2, 3]}]'], /the prompts cannot be read: 0.box/],
    [['--prompts', '[{"points": [[1, 2, 3]]}]'], /the prompts cannot be read/],
    [['--prompts', '[1'], /not JSON/],
    [['--prompts', 'none.json'], /cannot read the prompts none.json/],
  ])('refuses %j', async (args, message) => {
    await expect(predict(at('images/a.png'), ...args)).rejects.toThrow(message);
  });

  it('takes prompts from a file, and names an image that is none', async () => {
    writeFileSync(at('prompts.json'), '[{"box": [1, 1, 8, 8], "points": [[4, 4], [1, 2, 0]]}, {"points": [[3, 3]]}]');
    writeFileSync(at('broken.png'), readFileSync(at('images/a.png')).subarray(0, 40));
    const { out } = await predict(at('images/a.png'), '--prompts', at('prompts.json'));
    expect(out.trim().split('\n')).toHaveLength(3);
    await expect(predict(at('broken.png'), '--box', '1,1,5,5')).rejects.toThrow(/broken.png is not a readable image/);
    await expect(predict(at('broken.png'), at('images/a.png'), '--box', '1,1,5,5')).rejects.toThrow(
      /1 of 2 images could not be read/,
    );
    await expect(predict(at('none-*.png'), '--box', '1,1,5,5')).rejects.toThrow(/names no image/);
  });
});

it.each([
  ['*.png', ['a.png'], ['b/a.png', 'a.jpg', '.a.png']],
  ['**/*.png', ['a.png', 'b/a.png', 'b/c/a.png'], ['a.jpg', '.git/a.png']],
  ['a?.(1).png', ['ab.(1).png'], ['a/.(1).png', 'abc.(1).png']],
  ['b/**', ['b/a', 'b/c/d'], ['a/b']],
])('the pattern %s meets whole names', (pattern, met, others) => {
  for (const name of met) expect(globExpression(pattern).test(name), name).toBe(true);
  for (const name of others) expect(globExpression(pattern).test(name), name).toBe(false);
});

it('names every image once, in the order of the arguments', async () => {
  const paths = await imagePaths([at('images/b.jpg'), at('images'), at('images/*.png')]);
  expect(paths).toEqual([at('images/b.jpg'), at('images/a.png')]);
});

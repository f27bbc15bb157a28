import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { pngFrames } from '../../../src/supernet/data/png-frames.js';
import { readLabelMap } from '../../../src/supernet/data/read-label-map.js';
import { readPicture } from '../../../src/supernet/data/read-picture.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-frames-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const still = await sharp({ create: { width: 8, height: 6, channels: 3, background: '#123' } })
  .toColourspace('b-w')
  .png()
  .toBuffer();

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([around.subarray(0, 4), named, around.subarray(4)]);
}

/** The picture with chunks behind its header, as an animated PNG has its acTL: frames and repetitions. */
const withChunks = (...chunks: readonly Buffer[]) =>
  Buffer.concat([still.subarray(0, 33), ...chunks, still.subarray(33)]);
const actl = (frames: number) => {
  const data = Buffer.alloc(8);
  data.writeUInt32BE(frames, 0);
  return chunk('acTL', data);
};

it('counts the frames of an animated PNG behind whatever stands before', () => {
  expect(pngFrames(still)).toBe(1);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.array(fc.uint8Array({ maxLength: 300 })), (frames, texts) => {
      expect(pngFrames(withChunks(...texts.map((text) => chunk('tEXt', text)), actl(frames)))).toBe(frames);
    }),
  );
});

it('never fails on what is cut off', () => {
  const animated = withChunks(actl(3));
  for (let length = 0; length <= animated.length; length++) {
    expect([1, 3]).toContain(pngFrames(animated.subarray(0, length)));
  }
});

it('says that an animated picture is read by its first frame, and refuses such a mask', async () => {
  const path = join(folder, 'animated.png');
  writeFileSync(path, withChunks(actl(3)));
  expect(await readPicture(path)).toMatchObject({ width: 8, note: 'it has 3 pages, of which the first is read' });
  expect((await readPicture(still)).note).toBeUndefined();
  await expect(readLabelMap(path)).rejects.toThrow(/is an animated PNG of 3 frames, a label map has one/);
});

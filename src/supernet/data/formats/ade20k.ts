import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { DataError } from '../../../errors.js';
import { imageName, requireFile } from '../data-files.js';
import { readPngSamples } from '../png-samples.js';
import type { LabelMap } from '../read-label-map.js';
import { unreadable } from '../read-picture.js';
import { defineSceneFormat } from '../scene-files.js';

/** ADE20K: colour pictures of which the blue is the object's number; red and green are its class. */
export default defineSceneFormat({
  name: 'ade20k',
  looks: 'ADE_X.jpg and ADE_X_seg.png, anywhere in the folder',
  image: /^(ADE_\w+?)(?:_seg)?\.jpe?g$/i,
  mask: /^(ADE_\w+)_seg\.png$/i,
  note: 'every object of its masks is one, walls and sky as well; parts of objects are not read',
  // The folders are called training and validation.
  places: (image) => [posix.dirname(image), posix.basename(imageName(image))],
  read: readInstances,
});

async function readInstances(path: string): Promise<LabelMap> {
  await requireFile(path);
  const stored = await readPngSamples(await readFile(path)).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const { width, height, channels, samples } = stored;
  if (channels < 3) {
    throw new DataError('DATA_MASK', `${path} is no colour picture, as ADE20K's masks are`, {
      remedy: "give ADE20K's own files, or label maps in masks/ beside images/",
    });
  }
  return {
    width,
    height,
    labels: Uint16Array.from({ length: width * height }, (_, i) => samples[i * channels + 2] as number),
  };
}

import { readdir } from 'node:fs/promises';
import { parse } from 'node:path';

const IMAGES = /\.(png|jpe?g|tiff?|webp)$/i;

export const isImageFile = (file: string): boolean => IMAGES.test(file);

/** A path without its ending, which names the image. */
export const imageName = (path: string): string => path.slice(0, path.length - parse(path).ext.length);

/** Names in a folder, sorted; none for a folder that cannot be read. */
export const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).sort();

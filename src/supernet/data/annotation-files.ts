import { join, posix } from 'node:path';
import { DataError } from '../../errors.js';
import { beginning, filesIn, foldersIn, imageName, isImageFile, readJson } from './data-files.js';

/** A file with the annotations of a folder's images. */
export interface AnnotationFile {
  /** Inside the data set's folder. */
  readonly file: string;
  /** The folder it lies in: `.` or one inside the data set's. */
  readonly part: string;
  /** Where its images may be, the likeliest first, inside the data set's folder. */
  readonly imageFolders: readonly string[];
}

/** Annotations of many images are far below this. */
const CANDIDATES = 100;

/**
 * The files, in the folder or in those inside it, that begin as a tool writes them. A file beside an image of its name is that
 * image's alone, and none of them.
 */
export async function annotationFiles(
  folder: string,
  ending: '.json' | '.csv',
  isOfTool: (beginning: string, name: string) => boolean,
): Promise<readonly AnnotationFile[]> {
  const found: AnnotationFile[] = [];
  for (const part of await foldersIn(folder)) {
    const files = await filesIn(join(folder, part));
    const images = new Set(files.filter(isImageFile).map(imageName));
    const candidates = files.filter((file) => file.endsWith(ending) && !images.has(imageName(file)));
    for (const name of candidates.slice(0, CANDIDATES)) {
      const file = posix.join(part, name);
      if (!isOfTool(await beginning(join(folder, file)), name)) continue;
      found.push({ file, part, imageFolders: [part, posix.join(part, 'images'), 'images', '.'] });
    }
  }
  return found;
}

/** The JSON of an annotation file. Throws `DataError` for one that cannot be read. */
export async function readAnnotationFile(path: string): Promise<unknown> {
  try {
    return await readJson(path);
  } catch (cause) {
    throw new DataError('DATA_ANNOTATION', `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
      remedy: 'export the annotations again; for a very large set as COCO, which is read piece by piece',
    });
  }
}

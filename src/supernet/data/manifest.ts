import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../errors.js';

const schema = z.object({
  items: z.array(
    z.object({ name: z.string(), image: z.string(), mask: z.string(), split: z.enum(['train', 'val', 'test']) }),
  ),
});

/** The images, masks (paths inside the folder) and splits that a folder's `manifest.json` lists; undefined without one. */
export async function readManifest(
  folder: string,
): Promise<readonly z.infer<typeof schema>['items'][number][] | undefined> {
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text)).items;
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const what = issue === undefined ? (cause as Error).message : `${issue.path.join('.')}: ${issue.message}`;
    throw new DataError('DATA_MANIFEST', `${path} is not a data set manifest: ${what}`, {
      remedy: 'give every item a name, an image, a mask and a split (train, val or test), or remove the file',
      cause,
    });
  }
}

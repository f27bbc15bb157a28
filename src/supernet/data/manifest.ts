import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../errors.js';

export type Split = 'train' | 'val' | 'test';

export interface ManifestItem {
  readonly name: string;
  /** Paths inside the folder. */
  readonly image: string;
  readonly mask: string;
  readonly split: Split;
}

const schema = z.object({
  items: z.array(
    z.object({ name: z.string(), image: z.string(), mask: z.string(), split: z.enum(['train', 'val', 'test']) }),
  ),
});

const IMAGES = /\.(png|jpe?g|tiff?|webp)$/i;

/** The folder's `manifest.json`, or, without one, its images paired with masks by name and split 70 / 10 / 20 by a hash of the name. */
export async function readManifest(folder: string): Promise<readonly ManifestItem[]> {
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return pairFiles(folder);
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

async function pairFiles(folder: string): Promise<readonly ManifestItem[]> {
  const list = async (kind: string) => {
    const files = await readdir(join(folder, kind)).catch((cause: unknown) => {
      throw new DataError('DATA_MISSING', `${join(folder, kind)} cannot be read`, {
        remedy: 'a data set is a folder with images/ and masks/ of the same names',
        cause,
      });
    });
    return files.filter((file) => IMAGES.test(file)).sort();
  };
  const masks = new Map((await list('masks')).map((file) => [parse(file).name, join('masks', file)]));
  const items: ManifestItem[] = [];
  const alone: string[] = [];
  for (const file of await list('images')) {
    const { name } = parse(file);
    const mask = masks.get(name);
    if (mask === undefined) alone.push(file);
    else items.push({ name, image: join('images', file), mask, split: splitOf(name) });
  }
  if (alone.length === 0) return items;
  throw new DataError(
    'DATA_UNPAIRED',
    `${folder}: ${alone.length} images without a mask of the same name: ${alone.slice(0, 5).join(', ')}${alone.length > 5 ? ', …' : ''}`,
    { remedy: 'add the masks or take the images out' },
  );
}

function splitOf(name: string): Split {
  const share = createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32;
  return share < 0.7 ? 'train' : share < 0.8 ? 'val' : 'test';
}

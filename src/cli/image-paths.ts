import { statSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { DataError } from '../errors.js';
import { filesIn, filesUnder, isImageFile } from '../supernet/data/data-files.js';

/**
 * The images that arguments name, each once and in their order: files as they are, of folders the images in them, and
 * patterns with `*`, `**` and `?` for shells that do not expand them.
 * @throws DataError (DATA_MISSING) for an argument that names no image
 */
export async function imagePaths(args: readonly string[]): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const argument of args) {
    const found = await pathsOf(argument);
    if (found.length === 0) {
      throw new DataError('DATA_MISSING', `${argument} names no image`, {
        remedy: 'give files, folders or a quoted pattern of PNG, JPEG, TIFF or WebP images',
      });
    }
    paths.push(...found);
  }
  const seen = new Set<string>();
  return paths.filter((path) => !seen.has(resolve(path)) && seen.add(resolve(path)));
}

async function pathsOf(argument: string): Promise<readonly string[]> {
  const there = statSync(argument, { throwIfNoEntry: false });
  if (there?.isDirectory()) {
    return (await filesIn(argument)).filter(isImageFile).map((file) => join(argument, file));
  }
  if (there !== undefined) return [argument];
  return /[*?]/.test(argument) ? matching(argument.replaceAll('\\', '/')) : [];
}

/** Files that match a pattern whose first segments name a folder. */
async function matching(pattern: string): Promise<readonly string[]> {
  const segments = pattern.split('/');
  const first = segments.findIndex((segment) => /[*?]/.test(segment));
  const folder = segments.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
  const wanted = globExpression(segments.slice(first).join('/'));
  const isDeep = segments.length - first > 1;
  const files = isDeep ? await filesUnder(folder) : await filesIn(folder);
  return files.filter((file) => wanted.test(file) && isImageFile(file)).map((file) => posix.join(folder, file));
}

/** `*` and `?` within a name, `**` over folders. Names that begin with a dot are met by no pattern. */
export function globExpression(pattern: string): RegExp {
  const source = pattern.replaceAll(/\*\*\/?|\*|\?|[^*?]+/g, (part) => {
    if (part === '**/') return '(?:[^./][^/]*/)*';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^(?!\\.)${source}$`);
}

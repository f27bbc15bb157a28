import { hashFile } from '../base/files.js';
import { UsageError } from '../errors.js';

/** `--depends` of the kinds whose numbers depend on files that nobody else knows of. */
export const DEPENDS = {
  type: 'string',
  unit: 'files',
  list: true,
  description: 'files besides those that --oracle names, on whose contents the numbers depend',
} as const;

/**
 * The sha256 of every file that measuring depends on, for an oracle's fingerprint: under "depends", by the path as given;
 * nothing without files, so that studies that name none stay as they were.
 *
 * @throws UsageError for a file that cannot be read, a folder among them.
 */
export async function hashDependencies(
  files: readonly string[],
): Promise<{ readonly depends?: { readonly [file: string]: string } }> {
  const hashes: { [file: string]: string } = {};
  for (const file of [...new Set(files)].sort()) {
    hashes[file] = await hashFile(file).catch((cause: NodeJS.ErrnoException) => {
      throw new UsageError(`cannot read ${file}, which --depends names: ${cause.message}`, {
        cause,
        remedy: cause.code === 'EISDIR' ? 'name its files' : 'check the path',
      });
    });
  }
  return files.length === 0 ? {} : { depends: hashes };
}

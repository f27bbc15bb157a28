import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** One sha256 of everything that dist/ is made of: paths and contents, in order. */
export async function hashSources() {
  const files = ['tsconfig.json', 'tsconfig.build.json', 'tsconfig.client.json', 'scripts/build.mjs'].map((file) =>
    join(root, file),
  );
  for (const folder of ['src', 'techniques']) {
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
    }
  }
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const content = await readFile(file);
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

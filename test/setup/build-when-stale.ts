import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashSources, root } from '../../scripts/hash-sources.mjs';

/**
 * Workers and the command line are tested as built. A build of other sources would let a test pass, or fail, for code that
 * is no longer there: it is made anew before the first test.
 */
export default async function buildWhenStale(): Promise<void> {
  const built = await readFile(join(root, 'dist/sources.sha256'), 'utf8').catch(() => '');
  if (built.trim() === (await hashSources())) return;
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
}

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../base/package-root.js';

/** The package's techniques as built, then those beside the user's package.json, which win. */
export function techniqueFolders(): string[] {
  const own = fileURLToPath(new URL('dist/techniques', packageRoot));
  const users = resolve('techniques');
  // In the package's own folder the sources lie there, of which the build is the copy that Node runs.
  return users === fileURLToPath(new URL('techniques', packageRoot)) ? [own] : [own, users];
}

import { readFileSync } from 'node:fs';

/** Whether this runs from its TypeScript sources, as under test, and not from the build. */
const isSource = import.meta.url.endsWith('.ts');

/** The package's own folder: two levels above `src/base`, three above `dist/src/base`. */
export const packageRoot = new URL(isSource ? '../../' : '../../../', import.meta.url);

/**
 * A module of `src/` as built, by its path there (`oracles/module-worker.js`): what threads and plug-in folders run, since
 * Node 20 runs no TypeScript.
 */
export const builtModule = (path: string): URL => new URL(`dist/src/${path}`, packageRoot);

/** The version of this package, as its package.json has it. */
export const packageVersion = (
  JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as { readonly version: string }
).version;

/** A folder of `src/` that is searched for plug-ins, from the package's own folder: sources under test, else as built. */
export const builtFolder = (path: string): string => `${isSource ? 'src' : 'dist/src'}/${path}`;

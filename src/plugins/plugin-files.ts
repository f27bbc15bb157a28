import { readdir } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { packageRoot } from '../base/package-root.js';
import { PluginError } from '../errors.js';

/** A file that was found by its place; its name is what it is asked for by. */
export interface PluginFile {
  readonly name: string;
  readonly path: string;
}

/**
 * Where plug-ins of a sort lie: the package's own folders, then the one beside the user's package.json, which wins.
 * Where both are one, as in the package's own checkout, its sources are passed over for what was built of them.
 */
export function pluginFolders(place: string, own: readonly string[]): string[] {
  const built = own.map((folder) => fileURLToPath(new URL(folder, packageRoot)));
  const users = resolve(place);
  return users === fileURLToPath(new URL(place, packageRoot)) ? built : [...built, users];
}

/** Extensions in the order in which one file of a name is preferred to another: what was compiled runs everywhere. */
const RUNNABLE = ['.mjs', '.js', '.ts'];

/**
 * The plug-in files of a folder by name, one a name; a folder that does not exist holds none. Tests, declarations and
 * files that start with a dot or an underscore are none.
 */
export async function pluginFiles(folder: string): Promise<PluginFile[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const found = new Map<string, string>();
  for (const extension of RUNNABLE) {
    for (const file of names) {
      const name = basename(file, extension);
      if (extname(file) !== extension || /^[._]|\.(d|test)$/.test(name) || found.has(name)) continue;
      found.set(name, resolve(join(folder, file)));
    }
  }
  return [...found].map(([name, path]) => ({ name, path })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Node takes the types off outside node_modules alone. */
const UNSTRIPPED = 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING';

/**
 * What the file default-exports.
 *
 * @throws PluginError PLUGIN_TYPESCRIPT where this Node cannot run it, else PLUGIN_LOAD.
 */
export async function importPlugin({ path }: PluginFile): Promise<unknown> {
  try {
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
  } catch (cause) {
    const { code, message = String(cause) } = (cause ?? {}) as { code?: string; message?: string };
    if (path.endsWith('.ts') && (code === 'ERR_UNKNOWN_FILE_EXTENSION' || code === UNSTRIPPED)) {
      throw new PluginError('PLUGIN_TYPESCRIPT', `Node ${process.versions.node} cannot run the TypeScript of ${path}`, {
        cause,
        remedy: 'compile it to .js beside it, write it as .mjs with types in JSDoc, or use Node 22.18 or newer',
      });
    }
    throw new PluginError('PLUGIN_LOAD', `cannot load ${path}: ${message.split('\n', 1)[0]}`, {
      cause,
      remedy: 'mend the file or take it out of the folder',
    });
  }
}

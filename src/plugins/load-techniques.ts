import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TechniqueDefinition } from '../core/technique.js';
import { PluginError } from '../errors.js';

/** Node takes the types off outside node_modules alone. */
const UNSTRIPPED = 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING';

/**
 * Loads every technique file of `folders`; a later folder's technique replaces an earlier one's of the same name.
 * A folder that does not exist holds none.
 *
 * @throws PluginError when a file cannot be loaded or does not default-export `defineTechnique({…})`.
 */
export async function loadTechniques(folders: readonly string[]): Promise<Map<string, TechniqueDefinition>> {
  const found = new Map<string, TechniqueDefinition>();
  for (const folder of folders) {
    for (const file of await techniqueFiles(folder)) {
      const definition = await loadTechnique(file);
      found.set(definition.name, definition);
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function techniqueFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => /\.(js|mjs|ts)$/.test(name) && !/\.(d|test)\.ts$/.test(name))
    .sort()
    .map((name) => resolve(join(folder, name)));
}

async function loadTechnique(file: string): Promise<TechniqueDefinition> {
  let loaded: { default?: unknown };
  try {
    loaded = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (file.endsWith('.ts') && (code === 'ERR_UNKNOWN_FILE_EXTENSION' || code === UNSTRIPPED)) {
      throw new PluginError('PLUGIN_TYPESCRIPT', `Node ${process.versions.node} cannot run the TypeScript of ${file}`, {
        cause,
        remedy: 'use Node 22.18 or newer (and no folder under node_modules), or write it as .mjs with types in JSDoc',
      });
    }
    throw new PluginError(
      'PLUGIN_LOAD',
      `cannot load technique ${file}: ${String((cause as Error).message ?? cause)}`,
      {
        cause,
        remedy: 'mend the file or take it out of the folder',
      },
    );
  }
  const definition = loaded.default as Partial<TechniqueDefinition> | undefined;
  if (typeof definition?.name !== 'string' || typeof definition.create !== 'function') {
    throw new PluginError('PLUGIN_SHAPE', `${file} does not default-export a technique`, {
      remedy: 'write `export default defineTechnique({ name, description, options, create })`',
    });
  }
  return definition as TechniqueDefinition;
}

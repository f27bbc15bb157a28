import type { TechniqueDefinition } from '../core/technique.js';
import { PluginError } from '../errors.js';
import type { TechniqueRegistry } from './create-technique.js';
import { importPlugin, type PluginFile, pluginFiles, pluginFolders } from './plugin-files.js';

/** The package's techniques as built, then those in `techniques/` beside the user's package.json, which win. */
const techniqueFolders = (): string[] => pluginFolders('techniques', ['dist/techniques']);

/**
 * Loads every technique file of `folders`; a later folder's technique replaces an earlier one's of the same name. A file
 * that cannot be loaded, or that default-exports no technique, is passed over and kept among the faults: only who asks
 * for it is refused.
 */
export async function loadTechniques(folders: readonly string[] = techniqueFolders()): Promise<TechniqueRegistry> {
  const found = new Map<string, TechniqueDefinition>();
  const faults = new Map<string, PluginError>();
  for (const file of (await Promise.all(folders.map(pluginFiles))).flat()) {
    try {
      const definition = await loadTechnique(file);
      found.set(definition.name, definition);
    } catch (error) {
      if (!(error instanceof PluginError)) throw error;
      faults.set(file.name, error);
    }
  }
  return Object.assign(new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1))), { faults });
}

async function loadTechnique(file: PluginFile): Promise<TechniqueDefinition> {
  const definition = (await importPlugin(file)) as Partial<TechniqueDefinition> | undefined | null;
  if (typeof definition?.name !== 'string' || typeof definition.create !== 'function') {
    throw new PluginError('PLUGIN_SHAPE', `${file.path} does not default-export a technique`, {
      remedy: 'write `export default defineTechnique({ name, description, options, create })`',
    });
  }
  return definition as TechniqueDefinition;
}

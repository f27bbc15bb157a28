import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean } from '../base/did-you-mean.js';
import { readText } from '../base/files.js';
import type { SearchSpace } from '../core/space.js';
import { PluginError } from '../errors.js';
import { readTuningProblem } from '../interop/tuning-problem.js';
import { type CompileSpaceOptions, compileSpace } from '../search-space/compile-space.js';
import type { SpaceDefinition } from '../search-space/definition.js';
import { parseSpace } from '../search-space/parse-space.js';
import { pluginFolders } from './plugin-files.js';

/** The published JSON Schema lies beside the spaces and is none. */
const SCHEMA = 'schema';

/**
 * The compiled space of a file, or of a name: NAME.json in ./search-spaces, else among the package's own.
 *
 * @throws PluginError PLUGIN_NOT_FOUND with what there is; SpaceError when the file is no legal space.
 */
export async function loadSpace(nameOrFile: string, options: CompileSpaceOptions = {}): Promise<SearchSpace> {
  return compileSpace(await readSpace(nameOrFile), options);
}

/** What `loadSpace` compiles: a search-space file, or a tuning problem in the T1 format of Kernel Tuner. */
export async function readSpace(nameOrFile: string): Promise<SpaceDefinition> {
  const isPath = /[\\/]|\.json$/.test(nameOrFile);
  const named = folders().map((folder) => join(folder, `${nameOrFile}.json`));
  // Whatever the ending is called, a file that is there is read.
  const files = isPath ? [nameOrFile] : nameOrFile.includes('.') ? [...named, nameOrFile] : named;
  for (const file of files) {
    const text = await readText(file).catch((cause: unknown) => absent(cause, file));
    if (text !== undefined) return readTuningProblem(text, file) ?? parseSpace(text, file);
  }
  const names = await spaceNames();
  throw new PluginError(
    'PLUGIN_NOT_FOUND',
    isPath
      ? `there is no search-space file ${nameOrFile}`
      : `there is no search space "${nameOrFile}".${didYouMean(nameOrFile, names)}`,
    { remedy: `give the path of a file, or one of: ${names.join(', ') || '(none found in ./search-spaces)'}` },
  );
}

async function spaceNames(): Promise<string[]> {
  const files = await Promise.all(folders().map((folder) => readdir(folder).catch(() => [])));
  const names = files.flat().flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []));
  return [...new Set(names)].filter((name) => name !== SCHEMA).sort();
}

/** The user's folder first, then the package's. */
const folders = () => pluginFolders('search-spaces', ['search-spaces']).reverse();

function absent(cause: unknown, file: string): undefined {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw new PluginError('PLUGIN_UNREADABLE', `cannot read the search space ${file}: ${(cause as Error).message}`, {
    cause,
    remedy: 'give a readable JSON file',
  });
}

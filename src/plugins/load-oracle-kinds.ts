import { didYouMean } from '../base/did-you-mean.js';
import { builtFolder } from '../base/package-root.js';
import type { OracleKind } from '../core/oracle.js';
import { PluginError, UsageError } from '../errors.js';
import { importPlugin, type PluginFile, pluginFiles, pluginFolders } from './plugin-files.js';

/** Where the package's own kinds lie. */
const OWN = ['oracles/kinds', 'supernet/chain/kinds'].map(builtFolder);

/**
 * The files of the oracle kinds by the kind's name, which is the file's: the package's own, then those in `oracles/`
 * beside the user's package.json, which win. Nothing is loaded.
 */
export async function oracleKindFiles(): Promise<ReadonlyMap<string, PluginFile>> {
  const files = (await Promise.all(pluginFolders('oracles', OWN).map(pluginFiles))).flat();
  return new Map(files.map((file) => [file.name, file]));
}

/**
 * The kind of that name; its file alone is loaded.
 *
 * @throws UsageError when there is none; PluginError when its file cannot be loaded or default-exports no oracle kind.
 */
export async function loadOracleKind(name: string): Promise<OracleKind> {
  const files = await oracleKindFiles();
  const file = files.get(name);
  if (file === undefined) {
    throw new UsageError(`there is no kind of oracle "${name}".${didYouMean(name, files.keys())}`, {
      remedy: `write KIND:WHERE, where KIND is one of: ${[...files.keys()].sort().join(', ')}`,
    });
  }
  const kind = (await importPlugin(file)) as Partial<OracleKind> | undefined | null;
  if (typeof kind?.open !== 'function' || typeof kind.where !== 'string' || typeof kind.options !== 'object') {
    throw new PluginError('PLUGIN_SHAPE', `${file.path} does not default-export an oracle kind`, {
      remedy: 'write `export default defineOracle({ where, options, open })`',
    });
  }
  return kind as OracleKind;
}

import { didYouMean } from '../base/did-you-mean.js';
import { builtFolder } from '../base/package-root.js';
import type { ExecutorKind } from '../core/executor.js';
import type { OracleKind } from '../core/oracle.js';
import { PluginError, UsageError } from '../errors.js';
import { importPlugin, type PluginFile, pluginFiles, pluginFolders } from './plugin-files.js';

/** What `KIND:WHERE` on the command line may be of. */
interface Sort {
  readonly noun: string;
  /** The folder beside the user's package.json whose kinds win. */
  readonly users: string;
  /** Where the package's own kinds lie. */
  readonly own: readonly string[];
  readonly written: string;
  readonly isKind: (value: { readonly [member: string]: unknown }) => boolean;
  readonly shape: string;
}

const ORACLES: Sort = {
  noun: 'oracle',
  users: 'oracles',
  own: ['oracles/kinds', 'supernet/chain/kinds'],
  written: 'KIND:WHERE',
  isKind: ({ open, where, options }) =>
    typeof open === 'function' && typeof where === 'string' && typeof options === 'object',
  shape: 'defineOracle({ where, options, open })',
};

const EXECUTORS: Sort = {
  noun: 'executor',
  users: 'executors',
  own: ['executors/kinds'],
  written: 'KIND or KIND:WHERE',
  isKind: ({ open, where }) => typeof open === 'function' && typeof where === 'string',
  shape: '{ where, open }',
};

/** The files of the oracle kinds by the kind's name, which is the file's. Nothing is loaded. */
export const oracleKindFiles = (): Promise<ReadonlyMap<string, PluginFile>> => kindFiles(ORACLES);
export const executorKindFiles = (): Promise<ReadonlyMap<string, PluginFile>> => kindFiles(EXECUTORS);

/**
 * The kind of that name; its file alone is loaded.
 *
 * @throws UsageError when there is none; PluginError when its file cannot be loaded or default-exports no such kind.
 */
export const loadOracleKind = (name: string): Promise<OracleKind> => loadKind<OracleKind>(ORACLES, name);
export const loadExecutorKind = (name: string): Promise<ExecutorKind> => loadKind<ExecutorKind>(EXECUTORS, name);

async function kindFiles({ users, own }: Sort): Promise<ReadonlyMap<string, PluginFile>> {
  const files = (await Promise.all(pluginFolders(users, own.map(builtFolder)).map(pluginFiles))).flat();
  return new Map(files.map((file) => [file.name, file]));
}

async function loadKind<Kind>(sort: Sort, name: string): Promise<Kind> {
  const { noun, written, isKind, shape } = sort;
  const files = await kindFiles(sort);
  const file = files.get(name);
  if (file === undefined) {
    throw new UsageError(`there is no kind of ${noun} "${name}".${didYouMean(name, files.keys())}`, {
      remedy: `write ${written}, where KIND is one of: ${[...files.keys()].sort().join(', ')}`,
    });
  }
  const kind = await importPlugin(file);
  if (typeof kind !== 'object' || kind === null || !isKind(kind as { readonly [member: string]: unknown })) {
    throw new PluginError('PLUGIN_SHAPE', `${file.path} does not default-export an ${noun} kind`, {
      remedy: `write \`export default ${shape}\``,
    });
  }
  return kind as Kind;
}

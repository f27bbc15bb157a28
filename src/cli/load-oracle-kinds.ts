import { readdir } from 'node:fs/promises';
import type { OracleKind } from './oracle-kind.js';

/** The oracle kinds by name: every file of oracle-kinds/, and every folder's index. */
export async function loadOracleKinds(): Promise<ReadonlyMap<string, OracleKind>> {
  const folder = new URL('oracle-kinds/', import.meta.url);
  const entries = await readdir(folder, { withFileTypes: true });
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const files = entries
    .map((entry) => (entry.isDirectory() ? `${entry.name}/index${extension}` : entry.name))
    .filter((name) => name.endsWith(extension) && !name.endsWith('.d.ts'))
    .sort();
  const kinds = new Map<string, OracleKind>();
  for (const file of files) {
    const { default: kind } = (await import(new URL(file, folder).href)) as { default: OracleKind };
    kinds.set(kind.kind, kind);
  }
  return kinds;
}

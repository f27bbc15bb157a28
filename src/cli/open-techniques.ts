import type { TechniqueRegistry } from '../plugins/create-technique.js';
import { loadTechniques } from '../plugins/load-techniques.js';
import { note } from './terminal.js';

/** The techniques there are; names the files that were passed over. */
export async function openTechniques(): Promise<TechniqueRegistry> {
  const registry = await loadTechniques();
  for (const { message, remedy } of registry.faults?.values() ?? []) note(`passed over: ${message}\n  ${remedy}`);
  return registry;
}

import type { SearchSpace } from '../core/space.js';

/** What exports put before a parameter's name: Optuna's `params_x`, `params.x`, `config/x`. */
const BEFORE = /^(?:params?|parameters|config|configuration)[_./]/i;

/**
 * The columns of a table under the names that the space has: of a parameter that no column is called after, the only one that
 * is so but for case or for what exports put before it, which `renamed` says.
 */
export function nameColumns(
  columns: readonly string[],
  { parameters }: Pick<SearchSpace, 'parameters'>,
): { readonly columns: readonly string[]; readonly renamed: readonly string[] } {
  const named = columns.map((column) => column.trim());
  const renamed: string[] = [];
  const free = named.map((column) => !parameters.some(({ name }) => name === column));
  for (const { name } of parameters.filter((parameter) => !named.includes(parameter.name))) {
    const like = columnsLike(named, free, name);
    const [place, other] = like;
    if (place === undefined || other !== undefined) continue;
    renamed.push(`its column "${named[place]}" is read as "${name}"`);
    named[place] = name;
    free[place] = false;
  }
  return { columns: named, renamed };
}

function columnsLike(columns: readonly string[], free: readonly boolean[], name: string): readonly number[] {
  const small = name.toLowerCase();
  const places = columns.map((_, i) => i).filter((i) => free[i]);
  const same = places.filter((i) => columns[i]?.toLowerCase() === small);
  return same.length > 0 ? same : places.filter((i) => columns[i]?.replace(BEFORE, '').toLowerCase() === small);
}

import type { SearchSpace } from '../core/space.js';

/** What exports put before a parameter's name: Optuna's `params_x`, `params.x`, `config/x`. */
const BEFORE_PARAMETER = /^(?:params?|parameters|hyperparameters|hparams|config|configuration)[_./]/i;
/** And before a metric's: MLflow's `metrics.x`, Optuna's `values_x`, Nevergrad's `#x`. */
const BEFORE_METRIC = /^(?:(?:metrics?|values?|results?|summary|user_attrs)[_./]|#)/i;

/**
 * The columns of a table under the names that the space has, and those of the metrics that are asked for: of one that no column
 * is called after, the only one that is so but for case or for what exports put before it, which `renamed` says.
 */
export function nameColumns(
  columns: readonly string[],
  { parameters }: Pick<SearchSpace, 'parameters'>,
  metrics: readonly string[] = [],
): { readonly columns: readonly string[]; readonly renamed: readonly string[] } {
  const named = columns.map((column) => column.trim());
  const renamed: string[] = [];
  const wanted = [
    ...parameters.map(({ name }) => [name, BEFORE_PARAMETER] as const),
    ...metrics.map((name) => [name, BEFORE_METRIC] as const),
  ];
  const free = named.map((column) => !wanted.some(([name]) => name === column));
  for (const [name, before] of wanted.filter(([name]) => !named.includes(name))) {
    const like = columnsLike(named, free, name, before);
    const [place, other] = like;
    if (place === undefined || other !== undefined) continue;
    renamed.push(`its column "${named[place]}" is read as "${name}"`);
    named[place] = name;
    free[place] = false;
  }
  return { columns: named, renamed };
}

function columnsLike(
  columns: readonly string[],
  free: readonly boolean[],
  name: string,
  before: RegExp,
): readonly number[] {
  const small = name.toLowerCase();
  const places = columns.map((_, i) => i).filter((i) => free[i]);
  const same = places.filter((i) => columns[i]?.toLowerCase() === small);
  return same.length > 0 ? same : places.filter((i) => columns[i]?.replace(before, '').toLowerCase() === small);
}

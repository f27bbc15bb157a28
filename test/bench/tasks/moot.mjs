import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Measured configurations of real programs (stream processing, a database, video encoders, a multigrid solver) as the
 * MOOT collection publishes them (github.com/timm/moot, optimize/config): most grids were measured in part, by rules that
 * the tables do not tell. Metrics end in + where more is better, in - where less is.
 */
export function moot(tables) {
  const folder = join(tables, 'moot');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.csv'))
    .map((file) => taskOf(file.replace(/(_num)?\.csv$/, ''), readFileSync(join(folder, file), 'utf8')));
}

function taskOf(file, text) {
  const [header, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const columns = header.map((name, at) => ({ name, at, values: rows.map((row) => Number(row[at])) }));
  const settings = columns.filter(({ name }) => !/[-+]$/.test(name));
  const metrics = columns.filter(({ name }) => /[-+]$/.test(name));
  const bare = ({ name }) => name.slice(0, -1);
  const isMore = ({ name }) => name.endsWith('+');
  const parameters = settings
    .map(({ name, values }) => ({ name, type: 'ordinal', choices: [...new Set(values)].sort((a, b) => a - b) }))
    .filter(({ choices }) => choices.length > 1);
  const name = `moot-${file.toLowerCase()}`;
  const grid = parameters.reduce((product, { choices }) => product * choices.length, 1);
  const bestOf = (metric) => (isMore(metric) ? Math.max(...metric.values) : Math.min(...metric.values));
  const worstOf = (metric) => (isMore(metric) ? Math.min(...metric.values) : Math.max(...metric.values));
  return {
    name,
    description: `${metrics.map(bare).join(', ')} of a real program; ${rows.length} of ${grid} configurations measured`,
    space: { name, parameters },
    objectives: metrics.map((metric) => `${bare(metric)}:${isMore(metric) ? 'max' : 'min'}`),
    ...(metrics.length === 1 ? { optimum: bestOf(metrics[0]) } : { reference: metrics.map(worstOf) }),
    table: {
      header: [...settings, ...metrics].map((column) => (metrics.includes(column) ? bare(column) : column.name)),
      rows: rows.map((row) => [...settings, ...metrics].map(({ at }) => Number(row[at]))),
    },
  };
}

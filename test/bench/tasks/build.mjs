// Turns the recorded tables and the synthetic problems into benchmark tasks: node test/bench/tasks/build.mjs --out FOLDER [--tables FOLDER] [--as ordinal]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { convolution } from './convolution.mjs';
import { dynas } from './dynas.mjs';
import { hat } from './hat.mjs';
import { hwGpt } from './hw-gpt.mjs';
import { moot } from './moot.mjs';
import { nasBenchMacro } from './nas-bench-macro.mjs';
import { natsBench } from './nats-bench.mjs';
import { synthetic } from './synthetic.mjs';

const builders = [nasBenchMacro, convolution, hwGpt, natsBench, dynas, hat, moot, synthetic];
export const defaultTables = () => process.env.SUPERSAM_TABLES ?? '../shared/tables';

/**
 * Writes every task into a folder of its own: `space.json`, `task.json` (name, description, objectives, constraints on
 * metrics, reference, bestHypervolume, optimum, and the oracle as `--oracle` takes it, relative to the folder) and `table.csv` or, where
 * the space is too large for a table, the module `oracle.mjs` with its `oracle-data.json`.
 *
 * @param type 'categorical' declares the finite parameters without an order, 'ordinal' with one where their values are
 *   numbers; undefined leaves each task its own.
 */
export async function buildTasks(out, tables = defaultTables(), type = undefined) {
  const tasks = (await Promise.all(builders.map((build) => build(tables)))).flat();
  for (const { space, table, module, ...task } of tasks) {
    const folder = join(out, task.name);
    const write = (name, text) => writeFileSync(join(folder, name), text);
    mkdirSync(folder, { recursive: true });
    write('space.json', json(declare(space, type)));
    write('task.json', json({ ...task, oracle: table === undefined ? 'module:oracle.mjs' : 'table:table.csv' }));
    if (table !== undefined) {
      write('table.csv', `${[table.header, ...table.rows].map((row) => row.join(',')).join('\n')}\n`);
      continue;
    }
    write('oracle-data.json', JSON.stringify(module.data));
    write('oracle.mjs', `${PREAMBLE}${module.code}`);
  }
  return tasks.map(({ name }) => name);
}

const PREAMBLE = `import { readFileSync } from 'node:fs';

const data = JSON.parse(readFileSync(new URL('oracle-data.json', import.meta.url), 'utf8'));
`;

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

function declare(space, type) {
  if (type === undefined) return space;
  const isNumeric = ({ choices }) => choices.every((choice) => typeof choice === 'number');
  const parameters = space.parameters.map((parameter) => {
    if (parameter.choices === undefined || (type === 'ordinal' && !isNumeric(parameter))) return parameter;
    return { ...parameter, type };
  });
  return { ...space, parameters };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, tables: { type: 'string' }, as: { type: 'string' } },
  });
  const { as } = values;
  if (values.out === undefined || (as !== undefined && as !== 'categorical' && as !== 'ordinal')) {
    console.error('usage: node test/bench/tasks/build.mjs --out FOLDER [--tables FOLDER] [--as categorical|ordinal]');
    process.exit(2);
  }
  for (const name of await buildTasks(resolve(values.out), values.tables, as)) console.log(name);
}

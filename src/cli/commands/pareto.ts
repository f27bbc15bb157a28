import type { Command } from 'commander';
import { Option } from 'commander';
import { UsageError } from '../../errors.js';
import { summariseFront } from '../../report/front-summary.js';
import { exportFront, type FrontFormat } from '../../report/pareto-export.js';
import { openSqliteStore } from '../../store/sqlite.js';
import { writeAtomically } from '../../supernet/write-atomically.js';
import { pickStudy } from '../pick-study.js';
import { note, print } from '../terminal.js';

interface ParetoOptions {
  readonly study?: string;
  readonly format: FrontFormat;
  readonly output?: string;
  readonly reference?: number[];
}

export function registerPareto(program: Command): void {
  program
    .command('pareto')
    .description('print the exact Pareto front of a study and its hypervolume')
    .argument('<db>', 'study database')
    .option('--study <name>', 'which study of the database (not needed when it holds one)')
    .addOption(new Option('--format <format>', 'csv, json or svg').choices(['csv', 'json', 'svg']).default('csv'))
    .option('--output <file>', 'write to a file instead of standard output')
    .option(
      '--reference <values>',
      'reference point of the hypervolume, one value an objective: 0.5,6e6',
      parseReference,
    )
    .action(async (db: string, { study: name, format, output, reference }: ParetoOptions) => {
      const store = openSqliteStore(db, { mustExist: true });
      try {
        const { definition, finished } = pickStudy(store, db, name);
        const { objectives } = definition;
        const content = exportFront(finished, objectives, format, reference === undefined ? {} : { reference });
        if (output === undefined) print(content.trimEnd());
        else await writeAtomically(output, content);
        const summary = summariseFront(finished, objectives, reference);
        const point = objectives.map(({ metric }, i) => `${metric} ${summary.reference[i]}`).join(', ');
        note(
          `${summary.front.length} of ${summary.complete.length} measured trials are on the front; ` +
            `hypervolume ${summary.hypervolume} (reference ${point})`,
        );
      } finally {
        store.close();
      }
    });
}

function parseReference(list: string): number[] {
  const values = list.split(',').map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  if (values.every(Number.isFinite)) return values;
  throw new UsageError(`--reference ${list} is no list of numbers`, { remedy: 'write it as 0.5,6e6' });
}

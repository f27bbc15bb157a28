import type { Command } from 'commander';
import { trialColumns } from '../../analysis/trial-columns.js';
import { trialRecords } from '../../analysis/trial-record.js';
import { writeCsv } from '../../base/csv.js';
import { writeAtomically } from '../../base/files.js';
import { UsageError } from '../../errors.js';
import type { StudyRecord } from '../../store/study-record.js';
import { addForceOption, checkOutputFile } from '../output.js';
import { addStudyArgument, readStudyRecord } from '../stored-study.js';
import { print } from '../terminal.js';

const EXAMPLES = `
Columns: number, technique, state, every parameter, every metric, seconds, started, finished, failure, message; a metric
of the name of another column is metric_NAME. The ending of the name says the format; .optuna.db is a storage of Optuna 3.2 to 5.

Examples:
  supersam export s.db --output s.parquet    # pandas.read_parquet('s.parquet')
  supersam export s.db --output s.csv
  supersam export s.db --output s.json
  supersam export s.db --output s.optuna.db  # optuna.load_study(study_name='NAME', storage='sqlite:///s.optuna.db')`;

const FORMATS: { readonly [ending: string]: (study: StudyRecord) => Promise<string | Uint8Array> } = {
  '.csv': async (study) => {
    const columns = trialColumns(study);
    const text = (cell: unknown) => (cell instanceof Date ? cell.toISOString() : cell);
    const rows = (columns[0]?.cells ?? []).map((_, i) => columns.map(({ cells }) => text(cells[i])));
    return writeCsv([columns.map(({ name }) => name), ...rows]);
  },
  '.json': async (study) => `${JSON.stringify(trialRecords(study), null, 1)}\n`,
  '.parquet': writeParquet,
  '.optuna.db': async (study) => (await import('../../analysis/write-optuna.js')).writeOptuna(study),
};

export function defineExport(command: Command): void {
  addForceOption(addStudyArgument(command))
    .requiredOption('--output <file>', 'where to: .csv, .json, .parquet or .optuna.db')
    .addHelpText('after', EXAMPLES)
    .action(async (db: string, { study, output, force }: { study?: string; output: string; force: boolean }) => {
      const { path, record } = readStudyRecord(db, study);
      checkOutputFile(output, { inputs: [path], force });
      await writeAtomically(output, await formatOf(output)(record));
      print(`${output}: ${record.finished.length + record.open.length} trials`);
    });
}

function formatOf(output: string) {
  const ending = Object.keys(FORMATS).find((each) => output.toLowerCase().endsWith(each));
  if (ending !== undefined) return FORMATS[ending] as (typeof FORMATS)[string];
  const endings = Object.keys(FORMATS).join(', ');
  throw new UsageError(`${output} does not end in ${endings}`, { remedy: 'the ending says the format' });
}

/** Times are milliseconds of UTC, as pandas, DuckDB and Polars read them. */
async function writeParquet(study: StudyRecord): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const types = { integer: 'DOUBLE', number: 'DOUBLE', boolean: 'BOOLEAN', text: 'STRING', time: 'TIMESTAMP' } as const;
  const isInt32 = (cell: unknown) => typeof cell !== 'number' || (cell | 0) === cell;
  const buffer = parquetWriteBuffer({
    columnData: trialColumns(study).map(({ name, type, cells }) => ({
      name,
      type: type === 'integer' && cells.every(isInt32) ? ('INT32' as const) : types[type],
      data: cells.map((cell) => cell ?? null),
      nullable: true,
    })),
  });
  return new Uint8Array(buffer);
}

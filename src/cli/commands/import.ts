import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { BinaryFileError, packedText } from '../../base/packed-text.js';
import type { Objective } from '../../core/objective.js';
import { StudyError, UsageError } from '../../errors.js';
import { readKernelTunerStudy } from '../../interop/kernel-tuner-study.js';
import { isOpenTuner, readOpenTuner } from '../../interop/opentuner.js';
import { optunaStudy, readOptuna } from '../../interop/optuna.js';
import { isOptunaJournal, readOptunaJournal } from '../../interop/optuna-journal.js';
import { type ForeignStudy, storeForeignStudy } from '../../interop/store-study.js';
import { openUntouched, withStoreErrors } from '../../store/database.js';
import { addNote } from '../../store/edit-studies.js';
import { openSqliteStore } from '../../store/sqlite.js';
import { isSqlite } from '../../store/sqlite-file.js';
import { collect, readName, readObjective } from '../read-values.js';
import { note, print, printData } from '../terminal.js';

interface Options {
  readonly to: string;
  readonly study: readonly string[];
  readonly name?: string;
  readonly objective: readonly Objective[];
  readonly json: boolean;
}

const EXAMPLES = `
What is read: Optuna's databases (SQLite) and journals, OpenTuner's databases (SQLite), Kernel Tuner's cache files and T4
results (JSON, .gz too). The file is only read, and nothing of it executed.
The study can then be asked, reported and compared as all are, and new searches begin with its trials by --warm-start; it
does not go on itself, since its technique is not here.

Examples:
  supersam import optuna.db --to s.db
  supersam import optuna.db --to s.db --study tuning --name before
  supersam import cache.json --to s.db --objective "GFLOP/s:max"`;

export function defineImport(command: Command): void {
  command
    .argument('<file>', 'what another program wrote')
    .requiredOption('--to <db>', 'our database; made when missing')
    .option(
      '--study <name>',
      'of a database or journal: this study; repeatable, all unless given',
      collect(readName),
      [],
    )
    .option('--name <name>', 'of the study here, where it is one; by default what it is called there', readName)
    .option(
      '--objective <metric:min|max>',
      'of Kernel Tuner and OpenTuner: what was optimised; repeatable',
      collect(readObjective),
      [],
    )
    .option('--json', 'print what was stored as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(importStudies);
}

async function importStudies(file: string, { to, study, name, objective, json }: Options): Promise<void> {
  const found = await readForeign(file, study, objective);
  if (name !== undefined && found.length !== 1) {
    throw new UsageError(`--name is for one study, and ${file} has ${found.length}`, {
      remedy: 'choose it by --study',
    });
  }
  // Named ones and a last one say themselves that there is nothing in them.
  const isEmpty = ({ trials }: ForeignStudy) => trials.length === 0 && study.length === 0;
  const empty = found.every(isEmpty) ? [] : found.filter(isEmpty);
  const stored = found
    .filter((one) => !empty.includes(one))
    .map((one): ForeignStudy => ({ ...one, name: name ?? one.name }));
  const results: { study: string; trials: number; repeats: number }[] = [];
  {
    using store = openSqliteStore(to);
    const taken = stored.find((one) => store.names().includes(one.name));
    if (taken !== undefined) {
      throw new StudyError('STUDY_EXISTS', `${to} holds a study "${taken.name}" already`, {
        remedy: 'give it another --name, or another database',
      });
    }
    for (const one of stored) {
      const { stored: trials, repeats } = storeForeignStudy(store, one);
      results.push({ study: one.name, trials, repeats });
    }
  }
  for (const one of stored) for (const said of one.notes) addNote(to, one.name, said);
  if (json) printData(JSON.stringify({ db: to, studies: results }, null, 2));
  for (const { study: own, trials, repeats } of json ? [] : results) {
    print(`${to}: study "${own}", ${trials} trials${repeats > 0 ? `, ${repeats} that repeat left out` : ''}`);
  }
  for (const one of stored) for (const said of one.notes) note(`${one.name}: ${said}`);
  for (const one of empty) note(`${one.name}: left out, no trial of it has finished`);
}

async function readForeign(
  file: string,
  studies: readonly string[],
  objectives: readonly Objective[],
): Promise<ForeignStudy[]> {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new StudyError('STUDY_IMPORT', `there is no file ${file}`, { remedy: 'check the path' });
  }
  const bytes = readFileSync(file);
  if (bytes.length === 0) throw new StudyError('STUDY_IMPORT', `${file} is empty`, { remedy: 'copy the file again' });
  if (isSqlite(bytes)) {
    const tables = tablesOf(file);
    if (['study', 'trial', 'technique_snapshot'].every((name) => tables.includes(name))) {
      throw new StudyError('STUDY_IMPORT', `${file} is a supersam database already`, {
        remedy: `\`supersam show ${file}\` reads it, and \`supersam search --warm-start\` begins with its trials`,
      });
    }
    if (isOpenTuner(tables)) return readOpenTuner(file, studies, objectives);
    if (objectives.length === 0) return readOptuna(file, studies);
    throw saysObjectives('database');
  }
  const text = await textOf(file, bytes);
  if (isOptunaJournal(text)) {
    if (objectives.length === 0) return readOptunaJournal(text, file, studies).map(optunaStudy);
    throw saysObjectives('journal');
  }
  return [readKernelTunerStudy(text, basename(file).replace(/(\.json)?(\.gz)?$/, ''), objectives)];
}

const saysObjectives = (what: string) =>
  new UsageError(`a ${what} says what it optimised; --objective is for a file without`, { remedy: 'leave it out' });

async function textOf(file: string, bytes: Buffer): Promise<string> {
  try {
    return await packedText(bytes);
  } catch (cause) {
    if (cause instanceof BinaryFileError) {
      throw new StudyError('STUDY_IMPORT', `${file} ${cause.message}`, { cause, remedy: cause.remedy });
    }
    throw new StudyError('STUDY_IMPORT', `${file} cannot be unpacked: ${(cause as Error).message}`, {
      cause,
      remedy: 'copy the file again',
    });
  }
}

function tablesOf(file: string): string[] {
  return withStoreErrors(file, () => {
    const db = openUntouched(file);
    try {
      return db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
    } finally {
      db.close();
    }
  });
}

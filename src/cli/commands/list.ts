import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { shortNumber } from '../../base/short-number.js';
import { StudyError, SupersamError } from '../../errors.js';
import { databasesBelow, databasesIn } from '../../store/find-databases.js';
import { readRecords, type StudySummary } from '../../store/study-record.js';
import { note, print, printData, terminal } from '../terminal.js';
import { alignColumns } from '../trial-table.js';

const EXAMPLES = `
Examples:
  supersam list                      # *.db here, and everything in results/
  supersam list results/ old.db --json | jq '.[] | select(.trials.failed > 0) | .name'`;

export function defineList(command: Command): void {
  command
    .argument('[db or folder...]', 'databases, and folders that are searched for them')
    .option('--json', 'as JSON, as always where standard output is no terminal', false)
    .addHelpText('after', EXAMPLES)
    .action((given: readonly string[], { json }: { readonly json: boolean }) => {
      const studies = listStudies(given.length === 0 ? usualPlaces() : given, new Set(given));
      if (json || !terminal.isOutput) {
        printData(JSON.stringify(studies, null, 2));
        return;
      }
      if (studies.length === 0) note('no study here; "supersam search" makes one');
      for (const line of studyLines(studies)) print(line);
    });
}

type Listed = StudySummary & { readonly db: string };

/** What a search through folders finds and cannot use is said and left out; what was named is an error. */
export function listStudies(paths: readonly string[], named: ReadonlySet<string>): Listed[] {
  return paths.flatMap(databasesAt).flatMap((db): Listed[] => {
    try {
      using reader = readRecords(db);
      return reader.list().map((summary) => ({ db, ...summary }));
    } catch (error) {
      if (!(error instanceof SupersamError) || named.has(db)) throw error;
      note(`passed over: ${error.message}`);
      return [];
    }
  });
}

/** Where studies are when nobody says: this folder's own databases, and those of `results`. */
const usualPlaces = (): string[] => [...databasesIn('.'), ...(existsSync('results') ? ['results'] : [])];

/** A file as it is, a folder with every database below it. */
function databasesAt(path: string): string[] {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) throw new StudyError('STUDY_STORE', `there is no ${path}`, { remedy: 'check the path' });
  return there.isDirectory() ? databasesBelow(path) : [path];
}

/** A table for people. */
export function studyLines(studies: readonly Listed[]): string[] {
  if (studies.length === 0) return [];
  const rows = studies.map(({ db, name, trials, objectives, best, technique, lastAt, writer }) => [
    ...[
      `${db}:${name}`,
      Object.entries(trials)
        .map(([state, count]) => `${count} ${state}`)
        .join(', '),
    ],
    objectives.map(({ metric, direction }) => `${metric}:${direction}`).join(' '),
    best === null ? '-' : shortNumber(best),
    technique.length > 40 ? `${technique.slice(0, 39)}…` : technique,
    writer !== undefined && writer.state !== 'dead' ? 'running' : (lastAt ?? '').slice(0, 16).replace('T', ' '),
  ]);
  return alignColumns([['study', 'trials', 'objectives', 'best', 'technique', 'last'], ...rows]).map((line) =>
    line.trimEnd(),
  );
}

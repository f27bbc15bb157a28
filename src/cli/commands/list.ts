import type { Command } from 'commander';
import { shortNumber } from '../../base/short-number.js';
import { type ListedStudy, listStudies, usualPlaces } from '../list-studies.js';
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

/** A table for people. */
export function studyLines(studies: readonly ListedStudy[]): string[] {
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

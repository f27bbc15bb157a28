import type { Command } from 'commander';
import { readStudyFile } from '../stored-study.js';
import { note, print, printData, terminal } from '../terminal.js';
import { failureLines, trialLines, trialsCsv } from '../trial-table.js';

export function defineTrials(command: Command): void {
  command
    .argument('<db>', 'study database')
    .option('--study <name>', 'which study of the database (not needed when it holds one)')
    .option('--csv', 'as CSV with every digit, as always where standard output is no terminal', false)
    .action((db: string, { study: name, csv }: { study?: string; csv: boolean }) => {
      const study = readStudyFile(db, name);
      if (csv || !terminal.isOutput) {
        printData(trialsCsv(study));
        for (const line of failureLines(study.finished)) note(line);
      } else {
        for (const line of trialLines(study)) print(line);
      }
    });
}

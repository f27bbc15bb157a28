import type { Command } from 'commander';
import { readStudies } from '../../store/sqlite.js';
import { pickStudy } from '../pick-study.js';
import { print } from '../terminal.js';
import { trialsCsv } from '../trials-csv.js';

export function defineTrials(command: Command): void {
  command
    .argument('<db>', 'study database')
    .option('--study <name>', 'which study of the database (not needed when it holds one)')
    .option('--csv', 'as CSV, which is also the default')
    .action((db: string, { study }: { study?: string }) => {
      const store = readStudies(db);
      try {
        print(trialsCsv(pickStudy(store, db, study)).trimEnd());
      } finally {
        store.close();
      }
    });
}

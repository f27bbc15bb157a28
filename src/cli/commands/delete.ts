import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import { deleteStudy } from '../../store/edit-studies.js';
import { readStudyRecord } from '../stored-study.js';
import { print, printData } from '../terminal.js';

const EXAMPLES = `
Nothing brings a deleted study back, and one that is being written to is not deleted. The file stays, with its other studies.

Example:
  supersam delete s.db:old --yes`;

export function defineDelete(command: Command): void {
  command
    .argument('<db:study>', 'database and study')
    .option('--study <name>', 'the study, said apart')
    .option('--yes', 'do it; without it the command says what it would delete', false)
    .option('--json', 'print what was deleted as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action((db: string, { study, yes, json }: { study?: string; yes: boolean; json: boolean }) => {
      const { path, record } = readStudyRecord(db, study);
      const { name } = record.definition;
      const what = `study "${name}" of ${path}, ${record.finished.length} trials`;
      if (!yes) throw new UsageError(`this would delete ${what}`, { remedy: 'add --yes' });
      deleteStudy(path, name);
      if (json) printData(JSON.stringify({ db: path, study: name, trials: record.finished.length }));
      else print(`deleted ${what}`);
    });
}

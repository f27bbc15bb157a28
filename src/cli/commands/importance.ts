import { type Command, Option } from 'commander';
import { IMPORTANCE_METHODS, type Importance, type ImportanceMethod, importances } from '../../analysis/importance.js';
import { StudyError } from '../../errors.js';
import { addStudyArgument, readStudyRecord } from '../stored-study.js';
import { barChart, print, printData, terminal } from '../terminal.js';

const EXAMPLES = `
Shares add up to 1. ped-anova: how the best tenth of the trials differ from all, the numbers that Optuna gives; with several
objectives for each, and for reaching the front. fanova: what part of the variance a parameter explains by itself, by a
random forest.

Examples:
  supersam importance s.db
  supersam importance s.db --method fanova --json`;

export function defineImportance(command: Command): void {
  addStudyArgument(command)
    .addOption(new Option('--method <method>', 'how').choices(IMPORTANCE_METHODS).default('ped-anova'))
    .option('--json', 'as JSON, as always where standard output is no terminal', false)
    .addHelpText('after', EXAMPLES)
    .action((db: string, { study, method, json }: { study?: string; method: ImportanceMethod; json: boolean }) => {
      const { record } = readStudyRecord(db, study);
      const found = importances(record, method);
      if (json || !terminal.isOutput) printData(JSON.stringify(found, null, 2));
      else for (const line of importanceLines(found)) print(line);
      if (found.length === 0) {
        throw new StudyError('STUDY_WITHOUT_RESULT', 'importance needs two complete trials', {
          exitCode: 3,
          remedy: 'measure more, or see by "supersam show" why trials failed',
        });
      }
    });
}

/** A bar a parameter, an objective after the other. */
export const importanceLines = (found: readonly Importance[]): string[] =>
  found.flatMap(({ objective, method, trials, parameters }, i) => [
    ...(i === 0 ? [] : ['']),
    `${objective} (${method}, ${trials} trials)`,
    ...barChart(parameters.map(({ name, importance }) => ({ label: `  ${name}`, value: importance }))),
  ]);

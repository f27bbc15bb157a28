import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { writeAtomically } from '../../base/files.js';
import { shortNumber } from '../../base/short-number.js';
import { summariseFront } from '../../charts/front-summary.js';
import { exportFront, type FrontFormat } from '../../charts/pareto-export.js';
import type { Objective } from '../../core/objective.js';
import type { FinishedTrial } from '../../core/trial.js';
import { UsageError } from '../../errors.js';
import { originOf, type StudyOrigin } from '../../study/origin.js';
import { addForceOption, checkOutputFile } from '../output.js';
import { readNumbers } from '../read-number.js';
import { collect, readObjective } from '../read-values.js';
import { readStudyFile } from '../stored-study.js';
import { note, printData } from '../terminal.js';
import { failureLines, readTrialsCsv } from '../trial-table.js';

interface ParetoOptions {
  readonly objective: readonly Objective[];
  readonly study?: string;
  readonly format: FrontFormat;
  readonly output?: string;
  readonly force: boolean;
  readonly reference?: readonly number[];
}

const EXAMPLES = `
Examples:
  supersam pareto s.db --format svg --output front.svg
  supersam trials s.db --csv | grep -v random | supersam pareto - --objective error:min --objective mflops:min`;

export function definePareto(command: Command): void {
  addForceOption(command)
    .argument('<db>', 'study database, or - for a trial table on standard input')
    .option('--study <name>', 'which study of the database (not needed when it holds one)')
    .option(
      '--objective <metric:min|max>',
      'with -: which columns count, and how; repeatable',
      collect(readObjective),
      [],
    )
    .addOption(new Option('--format <format>', 'csv, json or svg').choices(['csv', 'json', 'svg']).default('csv'))
    .option('--output <file>', 'write to a file instead of standard output')
    .option('--reference <values>', 'reference point of the hypervolume, one value an objective: 0.5,6e6', readNumbers)
    .addHelpText('after', EXAMPLES)
    .action(async (db: string, options: ParetoOptions) => {
      const { format, output, force, reference } = options;
      if (output !== undefined) checkOutputFile(output, { inputs: [db], force });
      const { objectives, finished, origin } = db === '-' ? await readInput(options) : readStudy(db, options);
      const content = exportFront(finished, objectives, format, {
        ...(reference === undefined ? {} : { reference }),
        ...(origin === undefined ? {} : { origin }),
      });
      if (output === undefined) printData(content);
      else await writeAtomically(output, content);
      const summary = summariseFront(finished, objectives, reference);
      const point = objectives
        .map(({ metric }, i) => `${metric} ${shortNumber(summary.reference[i] ?? Number.NaN)}`)
        .join(', ');
      note(
        `${summary.front.length} of ${summary.complete.length} measured trials are on the front; ` +
          `hypervolume ${shortNumber(summary.hypervolume)} (reference ${point})`,
      );
      for (const line of failureLines(finished)) note(line);
    });
}

interface Trials {
  readonly objectives: readonly Objective[];
  readonly finished: readonly FinishedTrial[];
  readonly origin?: StudyOrigin;
}

function readStudy(db: string, { study, objective }: ParetoOptions): Trials {
  if (objective.length > 0) {
    throw new UsageError('a study has its objectives; --objective is for a table', { remedy: 'leave it out' });
  }
  const { definition, finished } = readStudyFile(db, study);
  return { objectives: definition.objectives, finished, origin: originOf(definition) };
}

async function readInput({ objective: objectives }: ParetoOptions): Promise<Trials> {
  if (objectives.length === 0) {
    throw new UsageError('a trial table does not say what is better', { remedy: 'add --objective METRIC:min or :max' });
  }
  return { objectives, finished: readTrialsCsv(await text(process.stdin), objectives) };
}

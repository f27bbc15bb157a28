import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { addForceOption, checkOutputFolder } from '../output.js';
import { readStudyRecord } from '../stored-study.js';
import { print, withProgress } from '../terminal.js';

interface Options {
  readonly pictures: boolean;
  readonly interactive: boolean;
  readonly study?: string;
  readonly output?: string;
  readonly contour?: readonly [string, string];
  readonly force: boolean;
}

const EXAMPLES = `
Of a study: report.html, which needs nothing beside it, report.json and trials.json, and in charts/ every picture as SVG and
PNG with the numbers behind it as CSV. A study that is being written to is shown as it is at this moment.

Examples:
  supersam report results/quickstart
  supersam report results/quickstart --interactive
  supersam report s.db --output s-report --contour width,depth`;

export function defineReport(command: Command): void {
  addForceOption(command)
    .argument('<folder or db[:study]>', 'results folder of quickstart or full, or any study')
    .option('--no-pictures', 'of a folder: leave images and masks out, and masks.png, where they may not be passed on')
    .option(
      '--interactive',
      'of a folder: one page that holds the models and segments what is clicked on, from disk and without a network',
      false,
    )
    .option('--study <name>', 'of a database: the study, said apart')
    .option('--output <folder>', 'of a database: where to; beside it as NAME-report unless given')
    .option(
      '--contour <names>',
      'of a database: the two of the contour, A,B; the most important ones unless given',
      readPair,
    )
    .addHelpText('after', EXAMPLES)
    .action(async (what: string, options: Options) => {
      if (isFolder(what)) {
        const { interactiveReport, report } = await import('../../supernet/chain/report.js');
        if (options.interactive) {
          const { path, bytes } = await interactiveReport(what, { pictures: options.pictures });
          print(`${path}  ${(bytes / 1e6).toFixed(1)} MB`);
          return;
        }
        await report(what, { pictures: options.pictures });
        print(join(what, 'report.html'));
      } else await reportStudy(what, options);
    });
}

/** What is not there is taken for what its name looks like. */
function isFolder(what: string): boolean {
  const there = statSync(what, { throwIfNoEntry: false });
  return there === undefined ? !/\.(db|sqlite3?)(:|$)/.test(what) && !what.includes(':') : there.isDirectory();
}

async function reportStudy(spec: string, { study, output, contour, force }: Options): Promise<void> {
  const { path, record } = readStudyRecord(spec, study);
  const folder = output ?? `${path.replace(/\.db$/, '')}-${record.definition.name}-report`;
  checkOutputFolder(folder, { inputs: [path], force, own: ['report.html'] });
  const { writeStudyReport } = await import('../../report/write-study-report.js');
  await withProgress('report', (onProgress) => writeStudyReport(record, path, folder, { contour, onProgress }));
  print(join(folder, 'report.html'));
}

function readPair(given: string): readonly [string, string] {
  const [a, b, ...rest] = given.split(',').map((name) => name.trim());
  if (a && b && a !== b && rest.length === 0) return [a, b];
  throw new InvalidArgumentError('Give two parameters with a comma between.');
}

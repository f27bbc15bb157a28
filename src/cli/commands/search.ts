import { arch, availableParallelism, platform } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Objective } from '../../core/objective.js';
import type { FinishedTrial } from '../../core/trial.js';
import { createTechnique } from '../../plugins/create-technique.js';
import { DEFAULT_TECHNIQUE } from '../../plugins/default-technique.js';
import { loadTechniques } from '../../plugins/load-techniques.js';
import { openSqliteStore } from '../../store/sqlite.js';
import { type RunStudyOptions, runStudy } from '../../study/run-study.js';
import { dataOption } from '../data-option.js';
import { interruptible } from '../interruptible.js';
import { maskOption } from '../open-evaluation.js';
import { openProblem, type ProblemOptions } from '../open-problem.js';
import { techniqueFolders } from '../technique-folders.js';
import { note, print, withProgress } from '../terminal.js';

type Options = Omit<ProblemOptions, 'constraints' | 'prompts'> & {
  readonly constraint: readonly string[];
  readonly prompts: 'box' | 'point' | 'both';
  readonly objective: readonly Objective[];
  readonly technique: string;
  readonly trials?: number;
  readonly seconds?: number;
  readonly target?: number;
  readonly stall?: number;
  readonly seed: number;
  readonly study: string;
  readonly name: string;
  readonly workers: number;
  readonly resume: boolean;
  readonly fsync: boolean;
};

export function registerSearch(program: Command): void {
  program
    .command('search')
    .description('search a space: ask a technique, measure by an oracle, keep every trial in a database')
    .requiredOption('--space <file or name>', 'search space')
    .requiredOption('--oracle <kind:where>', 'table:FILE.csv or supernet:MODEL_FOLDER')
    .requiredOption('--objective <metric:min|max>', 'what to optimise; repeat it for several', collect(readObjective))
    .option('--technique <spec>', 'NAME or NAME:option=value,… (see "supersam techniques")', 'default')
    .option('--trials <number>', 'trials of the study in all, earlier runs included', readCount)
    .option('--seconds <number>', 'stop asking after so long', Number)
    .option('--target <value>', 'stop when the objective gets there', Number)
    .option('--stall <number>', 'stop after so many trials without improvement', readCount)
    .option('--seed <number>', 'fixes the search', readInteger, 1)
    .requiredOption('--study <db>', 'database; made when missing, may hold many studies')
    .option('--name <name>', 'of the study within the database', 'study')
    .option('--workers <number>', 'configurations measured at once', readCount, 1)
    .option('--resume', 'go on with the study', false)
    .option('--fsync', 'flush every trial to the disk: survives power cuts as well as crashes', false)
    .option('--constraint <expression>', 'over parameters and analytic metrics; repeatable', collect(String), [])
    .addOption(dataOption('supernet: data set'))
    .addOption(new Option('--split <split>', 'supernet: measured on').choices(['train', 'val']).default('val'))
    .option('--images <number>', 'supernet: first images of the split (default: all)', readCount)
    .option('--input-size <pixels>', "supernet: side of the square input (default: the model's)", readCount)
    .addOption(new Option('--prompts <kind>', 'supernet').choices(['box', 'point', 'both']).default('both'))
    .addOption(maskOption())
    .option('--max-objects <number>', 'supernet: largest objects of an image that are scored', readCount, 8)
    .option('--prompt-seed <number>', 'supernet: fixes the prompts', readInteger, 1)
    .option('--latency', 'supernet: measure latencyMs too', false)
    .action(search);
}

async function search(options: Options): Promise<void> {
  const spec = options.technique === 'default' ? DEFAULT_TECHNIQUE : options.technique;
  const technique = createTechnique(spec, await loadTechniques(techniqueFolders()));
  const { space, oracle } = await openProblem({
    ...options,
    constraints: options.constraint,
    prompts: options.prompts === 'both' ? ['box', 'point'] : [options.prompts],
  });
  try {
    const size = space.size();
    note(`space ${space.name}: ${size === null ? 'too many' : size.toLocaleString('en-US')} configurations`);
    const store = openSqliteStore(options.study, { full: options.fsync });
    try {
      const study = { ...options, ...{ space, oracle, technique, store }, techniqueSpec: spec };
      const { trials, front, stopped } = await interruptible((signal) =>
        withProgress('search', (onProgress) =>
          runStudy({
            ...study,
            objectives: options.objective,
            budget: budgetOf(options),
            environment: { node: process.version, platform: platform(), arch: arch(), cores: availableParallelism() },
            ...{ signal, onProgress },
          }),
        ),
      );
      const states = countStates(trials);
      print(`${trials.length} trials (${states}), stopped by ${stopped}; ${front.length} on the front`);
      for (const trial of front) print(line(trial, options.objective));
    } finally {
      store.close();
    }
  } finally {
    await oracle.close?.();
  }
}

const budgetOf = ({ trials, seconds, target, stall }: Options): RunStudyOptions['budget'] => ({
  ...(trials === undefined ? {} : { trials }),
  ...(seconds === undefined ? {} : { seconds }),
  ...(target === undefined ? {} : { target }),
  ...(stall === undefined ? {} : { stall }),
});

function countStates(trials: readonly FinishedTrial[]): string {
  const counts = new Map<string, number>();
  for (const { state } of trials) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

const line = ({ number, values }: FinishedTrial, objectives: readonly Objective[]) =>
  `  trial ${number}: ${objectives.map(({ metric }, i) => `${metric} ${values?.[i]}`).join(', ')}`;

const collect =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, read(text)];

function readObjective(text: string): Objective {
  const match = /^(.+):(min|max)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Write METRIC:min or METRIC:max.');
  return { metric: match[1] as string, direction: match[2] as Objective['direction'] };
}

function readInteger(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value)) throw new InvalidArgumentError('Give a whole number.');
  return value;
}

function readCount(text: string): number {
  const value = readInteger(text);
  if (value < 1) throw new InvalidArgumentError('Give a whole number above 0.');
  return value;
}

import type { Command } from 'commander';
import type { Objective } from '../../core/objective.js';
import type { FinishedTrial } from '../../core/trial.js';
import { createTechnique, DEFAULT_TECHNIQUE } from '../../plugins/create-technique.js';
import { openSqliteStore } from '../../store/sqlite.js';
import { type RunStudyOptions, runStudy } from '../../study/run.js';
import { describeEnvironment } from '../describe-environment.js';
import { interruptible } from '../interruptible.js';
import { addProblemOptions, openProblem, type ProblemOptions } from '../open-problem.js';
import { openTechniques } from '../open-techniques.js';
import { quickestSeconds } from '../quickest-seconds.js';
import { readCount, readNumber, readSeconds, readSeed, readWorkers } from '../read-number.js';
import { readObjective } from '../read-objective.js';
import { readSeedConfigurations } from '../read-seed-configurations.js';
import { readWarmStart } from '../read-warm-start.js';
import { note, print, withProgress } from '../terminal.js';

interface Options extends ProblemOptions {
  readonly constraint: readonly string[];
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
  readonly takeOver: boolean;
  readonly warmStart: readonly string[];
  readonly seedConfigurations: readonly string[];
  readonly fsync: boolean;
}

const EXAMPLES = `
Examples:
  supersam search --space s.json --oracle table:t.csv --objective error:min --trials 200 --study s.db
  supersam search --space s.json --oracle module:measure.mjs --objective error:min --objective mflops:min \\
      --constraint "mflops <= 40" --technique random --trials 500 --workers 4 --study s.db
  supersam search --space flags.json --oracle "command:./build-and-run.sh -O{level}" --objective seconds:min \\
      --timeout 10 --repeats 3 --seconds 600 --study s.db`;

export function defineSearch(command: Command): void {
  addProblemOptions(command)
    .requiredOption('--objective <metric:min|max>', 'what to optimise; repeat it for several', collect(readObjective))
    .option('--technique <spec>', 'NAME or NAME:option=value,… (see "supersam techniques")', 'default')
    .option('--trials <number>', 'trials measured in all, earlier runs included', readCount)
    .option('--seconds <number>', 'stop asking after so long', readSeconds)
    .option('--target <value>', 'stop when the objective gets there', readNumber)
    .option('--stall <number>', 'stop after so many trials without improvement', readCount)
    .option('--seed <number>', 'fixes the search', readSeed, 1)
    .requiredOption('--study <db>', 'database; made when missing, may hold many studies')
    .option('--name <name>', 'of the study within the database', 'study')
    .option('--workers <number>', 'configurations measured at once', readWorkers, 1)
    .option('--resume', 'go on with the study', false)
    .option('--take-over', 'with --resume: although another process, known to have ended, seems to hold it', false)
    .option('--warm-start <db[:name]>', 'begin a new study with the trials of another; repeatable', collect(String), [])
    .option(
      '--seed-configurations <file>',
      'begin a new study with these, JSON or CSV; repeatable',
      collect(String),
      [],
    )
    .option('--fsync', 'flush every trial to the disk: survives power cuts as well as crashes', false)
    .addHelpText('after', EXAMPLES)
    .action(search);
}

async function search(options: Options): Promise<void> {
  const spec = options.technique === 'default' ? DEFAULT_TECHNIQUE : options.technique;
  const technique = createTechnique(spec, await openTechniques());
  const { space, oracle, constraints } = await openProblem({
    ...options,
    ...(options.resume ? { quickestSeconds: quickestSeconds(options.study, options) } : {}),
    constraints: options.constraint,
    metrics: options.objective.map(({ metric }) => metric),
  });
  try {
    const size = space.size();
    for (const text of oracle.notes ?? []) note(text);
    note(`space ${space.name}: ${size === null ? 'too many' : size.toLocaleString('en-US')} configurations`);
    const warmStart = options.warmStart.flatMap(readWarmStart);
    const seedConfigurations = await readSeedConfigurations(options.seedConfigurations, space);
    const store = openSqliteStore(options.study, { full: options.fsync });
    try {
      const { name, seed, workers, resume, takeOver, objective: objectives } = options;
      const { trials, front, stopped } = await interruptible((signal) =>
        withProgress('search', (onProgress) =>
          runStudy({
            ...{ name, seed, workers, resume, takeOver, objectives },
            ...{ space, oracle, technique, store, constraints, warmStart, seedConfigurations },
            techniqueSpec: spec,
            budget: budgetOf(options),
            environment: describeEnvironment(),
            onTrial: ({ number, failure }) => {
              if (failure?.kind === 'lost') note(`trial ${number} is given up: ${failure.message}`);
            },
            ...{ signal, onProgress },
          }),
        ),
      );
      print(`${trials.length} trials (${countStates(trials)}), stopped by ${stopped}; ${front.length} on the front`);
      for (const trial of front) print(line(trial, objectives));
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
  for (const { state, failure } of trials) {
    const kind = state === 'failed' && failure !== undefined ? `${state}: ${failure.kind}` : state;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

const line = ({ number, values, configuration }: FinishedTrial, objectives: readonly Objective[]) =>
  `  trial ${number}: ${objectives.map(({ metric }, i) => `${metric} ${values?.[i]}`).join(', ')}  ${JSON.stringify(configuration)}`;

const collect =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, read(text)];

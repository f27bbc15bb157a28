import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { failuresByKind } from '../../analysis/failures.js';
import { describeEnvironment } from '../../base/environment.js';
import { maskSecrets } from '../../base/secrets.js';
import { shortNumber } from '../../base/short-number.js';
import type { Executor } from '../../core/executor.js';
import type { Objective } from '../../core/objective.js';
import type { FinishedTrial } from '../../core/trial.js';
import { InterruptedError, StudyError, UsageError } from '../../errors.js';
import { createTechnique, DEFAULT_TECHNIQUE } from '../../plugins/create-technique.js';
import { openSqliteStore } from '../../store/sqlite.js';
import { type RunStudyOptions, runStudy, type StudyResult } from '../../study/run.js';
import { interruptible } from '../interruptible.js';
import { changedLimits, limitsOf } from '../limits.js';
import {
  addExecutorOptions,
  DEFAULT_WINDOW,
  describeFleet,
  type ExecutorOptions,
  lateResults,
  openExecutor,
} from '../open-executor.js';
import { wordsOf } from '../open-measuring.js';
import { addProblemOptions, openProblem, type ProblemOptions } from '../open-problem.js';
import { openTechniques } from '../open-techniques.js';
import { numberReader, readCount, readNumber, readSeconds, readSeed, readWorkers } from '../read-number.js';
import { readSeedConfigurations } from '../read-seed-configurations.js';
import { collect, readName, readObjective } from '../read-values.js';
import { readWarmStart } from '../read-warm-start.js';
import { quickestSeconds, readStudyFile } from '../stored-study.js';
import { note, print, printData, withProgress } from '../terminal.js';
import { failureLines } from '../trial-table.js';

interface Options extends ProblemOptions, ExecutorOptions {
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
  readonly workers?: number;
  readonly resume: boolean;
  readonly takeOver: boolean;
  readonly race?: number | true;
  readonly warmStart: readonly string[];
  readonly prior?: string;
  readonly seedConfigurations: readonly string[];
  readonly fsync: boolean;
  readonly json: boolean;
}

const EXAMPLES = `
Examples:
  supersam search --space s.json --oracle table:t.csv --objective error:min --trials 200 --study s.db
  supersam search --space s.json --oracle module:measure.mjs --objective error:min --objective mflops:min \\
      --constraint "mflops <= 40" --technique random --trials 500 --workers 4 --study s.db
  supersam search --space s.json --oracle supernet:models/supernet --objective meanIou:max --trials 200 \\
      --executor processes:4 --study s.db
  supersam search --space flags.json --oracle "command:./build-and-run.sh -O{level}" --objective seconds:min \\
      --timeout 10 --repeats 3 --seconds 600 --study s.db`;

export async function defineSearch(command: Command): Promise<void> {
  (await addExecutorOptions(await addProblemOptions(command)))
    .requiredOption('--objective <metric:min|max>', 'what to optimise; repeat it for several', collect(readObjective))
    .option('--technique <spec>', 'NAME or NAME:option=value,… (see "supersam techniques")', 'default')
    .option('--trials <number>', 'trials measured in all, earlier runs included', readCount)
    .option('--seconds <number>', 'stop asking after so long', readSeconds)
    .option('--target <value>', 'stop when the objective gets there', readNumber)
    .option('--stall <number>', 'stop after so many trials without improvement', readCount)
    .option('--seed <number>', 'fixes the search', readSeed, 1)
    .requiredOption('--study <db>', 'database; made when missing, may hold many studies')
    .option('--name <name>', 'of the study within the database', readName, 'study')
    .option(
      '--workers <number>',
      'configurations measured at once (default: what the executor has; inline: 1)',
      readWorkers,
    )
    .option('--resume', 'go on with the study', false)
    .option('--take-over', 'with --resume: although another process, known to have ended, seems to hold it', false)
    .option(
      '--race [risk]',
      'stop a configuration when the front dominates it, by the parts measured so far; risk over the study (0.05)',
      readRisk,
    )
    .option('--warm-start <db[:name]>', 'begin a new study with the trials of another; repeatable', collect(String), [])
    .option(
      '--prior <db[:name]>',
      'begin a new study that expects what another of the same space measured, on another device say',
    )
    .option(
      '--seed-configurations <file>',
      'begin a new study with these, JSON or CSV; repeatable',
      collect(String),
      [],
    )
    .option('--fsync', 'flush every trial to the disk: survives power cuts as well as crashes', false)
    .option('--json', 'print the result as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(search);
}

async function search(options: Options, command: Command): Promise<void> {
  const budget = budgetOf(options);
  if (Object.keys(budget).length === 0) {
    throw new UsageError('a search needs a budget', { remedy: 'give --trials, --seconds, --target or --stall' });
  }
  const files = [options.space, ...options.seedConfigurations, ...(options.cache === undefined ? [] : [options.cache])];
  if (files.some((file) => isSameFile(file, options.study))) {
    throw new UsageError(`--study ${options.study} is a file that the search reads or writes for another end`, {
      remedy: 'give the study a file of its own',
    });
  }
  const spec = options.technique === 'default' ? DEFAULT_TECHNIQUE : options.technique;
  const technique = createTechnique(spec, await openTechniques());
  const { name, seed, workers, resume, takeOver, objective: objectives, attempts, deterministic, race } = options;
  const problemOptions: ProblemOptions = {
    ...options,
    // Whoever else measures does so in other processes.
    workers: options.executor === 'inline' ? (workers ?? 1) : 1,
    ...(resume ? { quickestSeconds: quickestSeconds(options.study, options) } : {}),
    constraints: options.constraint,
    metrics: objectives.map(({ metric }) => metric),
  };
  const problem = await openProblem(problemOptions);
  const { space, oracle, constraints } = problem;
  let executor: Executor | undefined;
  let isFinished = false;
  try {
    const size = space.size();
    for (const text of oracle.notes ?? []) note(text);
    note(`space ${space.name}: ${size === null ? 'too many' : size.toLocaleString('en-US')} configurations`);
    if (resume) for (const text of changedLimits(options.study, name, options)) note(text);
    const warmStart = resume ? [] : options.warmStart.flatMap((spec) => readWarmStart(spec, space, oracle, objectives));
    const prior = options.prior === undefined ? {} : { prior: readStudyFile(options.prior).finished };
    const seedConfigurations = await readSeedConfigurations(options.seedConfigurations, space);
    const store = openSqliteStore(options.study, { full: options.fsync });
    try {
      executor = await openExecutor(options.executor, problem, problemOptions, { study: name, workers });
      const measuring = executor;
      const {
        trials,
        front,
        late,
        stopped: reason,
      } = await interruptible((signal) =>
        withProgress('search', (onProgress) =>
          runStudy({
            ...{ name, seed, resume, takeOver, objectives, attempts, executor: measuring },
            ...{ space, oracle, technique, store, constraints, warmStart, seedConfigurations },
            ...(workers === undefined ? {} : { workers }),
            ...(deterministic === undefined
              ? {}
              : { inOrder: deterministic === true ? DEFAULT_WINDOW : deterministic }),
            techniqueSpec: spec,
            budget,
            ...prior,
            ...(race === undefined ? {} : { race: race === true ? RISK : race }),
            environment: {
              ...describeEnvironment(),
              command: wordsOf(command).map(maskSecrets),
              limits: limitsOf(options),
            },
            onTrial: ({ number, failure }) => {
              if (failure?.kind === 'lost') note(`trial ${number} is given up: ${failure.message}`);
            },
            signal,
            onProgress: (done, total, text = '') => onProgress(done, total, `${text}${describeFleet(measuring)}`),
          }),
        ),
      ).catch((error: unknown) => {
        throw error instanceof InterruptedError && !resume ? stopped() : error;
      });
      isFinished = true;
      if (late > 0) note(lateResults(late));
      if (options.json) printData(JSON.stringify(resultOf(options, { trials, front, late, stopped: reason }), null, 2));
      else {
        print(`${trials.length} trials (${countStates(trials)}), stopped by ${reason}; ${front.length} on the front`);
        for (const trial of front) print(line(trial, objectives));
      }
      for (const failure of failureLines(trials)) note(failure);
      if (trials.length > 0 && !trials.some(({ state }) => state === 'complete')) {
        throw new StudyError('STUDY_WITHOUT_RESULT', `not one of ${trials.length} trials was complete`, {
          exitCode: 3,
          remedy: 'see why above, or by "supersam trials"',
        });
      }
    } finally {
      store.close();
    }
  } finally {
    await executor?.close(isFinished);
    await oracle.close?.();
  }
}

/** A new search goes on by an option, not by the same command as others do. */
const stopped = () => new InterruptedError('stopped on request; add --resume to the command to go on');

/** What `--race` alone stands for. */
const RISK = 0.05;
const readRisk = numberReader({ above: 0, below: 1 });

function isSameFile(path: string, other: string): boolean {
  const [one, two] = [path, other].map((each) => statSync(each, { throwIfNoEntry: false }));
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino;
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

/** What `--json` prints. */
const resultOf = ({ study: db, name, objective }: Options, { trials, front, stopped: reason }: StudyResult) => ({
  ...{ db, study: name, trials: trials.length, failures: failuresByKind(trials), stopped: reason },
  front: front.map(({ number, configuration, values }) => ({
    ...{ number, configuration },
    values: Object.fromEntries(objective.map(({ metric }, i) => [metric, values?.[i] ?? null])),
  })),
});

const line = ({ number, values, configuration }: FinishedTrial, objectives: readonly Objective[]) =>
  `  trial ${number}: ${objectives.map(({ metric }, i) => `${metric} ${shortNumber(values?.[i] ?? Number.NaN)}`).join(', ')}  ${JSON.stringify(configuration)}`;

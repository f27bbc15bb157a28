import { join } from 'node:path';
import type { Command } from 'commander';
import { makeFolder } from '../../base/files.js';
import { maskSecrets } from '../../base/secrets.js';
import type { ComparisonRow } from '../../compare/comparison.js';
import { openComparison } from '../../compare/open-comparison.js';
import { completeProblem } from '../../compare/reached.js';
import { readPeerRows } from '../../compare/read-peer-rows.js';
import type { JobFailure } from '../../compare/run-jobs.js';
import { summarise } from '../../compare/summarise.js';
import { writeComparison } from '../../compare/write-comparison.js';
import type { Objective } from '../../core/objective.js';
import { SupersamError, UsageError } from '../../errors.js';
import {
  createTechnique,
  DEFAULT_TECHNIQUE,
  splitTechniqueList,
  type TechniqueRegistry,
} from '../../plugins/create-technique.js';
import { openSqliteStore } from '../../store/sqlite.js';
import { addComparisonExecutorOptions } from '../open-executor.js';
import { addProblemOptions, openProblem, type ProblemOptions } from '../open-problem.js';
import { openTechniques } from '../open-techniques.js';
import { checkOutputFolder } from '../output.js';
import { readCount, readNumber, readNumbers, readWorkers } from '../read-number.js';
import { collect, readObjective } from '../read-values.js';
import { type RunningOptions, runComparison } from '../run-comparison.js';
import { note, print } from '../terminal.js';

interface Options extends ProblemOptions, RunningOptions {
  readonly objective: readonly Objective[];
  readonly techniques: readonly string[];
  readonly seeds: number;
  readonly out: string;
  readonly reference?: readonly number[];
  readonly optimum?: number;
  readonly peers: readonly string[];
  readonly constraint: readonly string[];
}

const HELP = `
Lists of techniques: commas separate them, and an option=value belongs to the technique before it, so
  --techniques random,greedy-mutation:kind=normal,rate=0.3,bandit:arms=random+greedy-mutation
names three. "all" stands for every technique that "supersam techniques" lists, "default" for that of search.

Each technique runs with seeds 1, 2, … on the same problem, one study a run, all in OUT/comparison.db. Stopped, even by
force, it goes on where it was when the same command is given again; with more --trials, --seeds or --techniques it runs
what is missing. With --executor processes:4, or one of other machines that "supersam worker" serves, a run is one job,
stored when it is whole; killed, it loses the runs that were being made there. Every trial counts: only legal configurations that were not measured before are asked for, and one
without values (not in the table, failed) is a trial all the same.

OUT gets comparison.json (rows and summary), comparison.csv, comparison.md, comparison.html, scores.svg, curves.svg and
intervals.svg.

Example:
  supersam compare --space space.json --oracle table:table.csv --objective error:min --objective mflops:min \\
                   --techniques random,nsga2,default --seeds 20 --trials 200 --reference 20,110 --out results/macro`;

export async function defineCompare(command: Command): Promise<void> {
  (await addComparisonExecutorOptions(await addProblemOptions(command)))
    .requiredOption('--objective <metric:min|max>', 'what to optimise; repeat it for several', collect(readObjective))
    .requiredOption('--techniques <list>', 'see below; repeatable', collect(splitTechniqueList))
    .option('--seeds <number>', 'runs of each technique: seeds 1 to this', readCount, 20)
    .option('--trials <number>', 'budget of a run', readCount, 200)
    .requiredOption('--out <folder>', 'where the database and the report go; made when missing')
    .option('--reference <values>', 'several objectives: reference point, in their order: 20,110', readNumbers)
    .option('--optimum <value>', 'the best value or hypervolume there is (default: read off a whole table)', readNumber)
    .option('--workers <number>', 'runs at once (default: the cores, or what the executor can)', readWorkers)
    .option('--peers <file>', 'rows of other tools to show beside (test/bench/peers); repeatable', collect(String), [])
    .addHelpText('after', HELP)
    .action(compare);
}

async function compare(options: Options): Promise<void> {
  const { objective: objectives, seeds, trials, out, reference, optimum } = options;
  checkOutputFolder(out, { inputs: options.peers, own: ['comparison.db'], option: '--out' });
  const registry = await openTechniques();
  const techniques = expand(options.techniques.flat(), registry);
  const problemOptions = problemOf(options);
  const { space, oracle, constraints } = await openProblem(problemOptions);
  for (const text of oracle.notes ?? []) note(text);
  const known = await openComparison({
    ...{ space, oracle, constraints, objectives, trials, seeds },
    ...(reference === undefined ? {} : { reference }),
    ...(optimum === undefined ? {} : { optimum }),
  }).finally(() => oracle.close?.());
  const peers = (await Promise.all(options.peers.map((file) => readPeerRows(file, known)))).flat();
  const twice = peers.find(({ technique }) => techniques.includes(technique));
  if (twice !== undefined)
    throw new UsageError(`"${twice.technique}" is in --techniques and in --peers`, {
      remedy: 'leave it out of one of them',
    });

  await makeFolder(out).catch((cause: Error) => {
    throw new UsageError(`cannot make --out ${out}: ${cause.message}`, {
      cause,
      remedy: 'name a place in a writable folder',
    });
  });
  const database = join(out, 'comparison.db');
  // Made here, so that the workers do not all migrate a new one at once.
  openSqliteStore(database, { create: true }).close();
  const jobs = Array.from({ length: seeds }, (_, i) =>
    techniques.map((technique) => ({ technique, seed: i + 1 })),
  ).flat();
  note(`${techniques.length} techniques, ${seeds} seeds, ${trials} trials each`);
  const run = { jobs, problem: known, problemOptions, database };
  const { rows, failures } = await runComparison(run, options);
  const all = [...rows.sort(byTechnique(techniques)).map(withShortName), ...peers];
  if (techniques.includes(DEFAULT_TECHNIQUE)) note(`default is ${DEFAULT_TECHNIQUE}`);
  if (all.length > 0) {
    const problem = completeProblem(known, all);
    const files = await writeComparison(out, problem, all, summarise(problem, all), commandLine());
    print(files.table);
    note(`written: ${files.names.map((name) => join(out, name)).join(', ')}`);
  }
  if (failures.length > 0) throw failed(failures, jobs.length);
}

/** Every spec is built once, so that a wrong one is refused before anything runs. */
function expand(specs: readonly string[], registry: TechniqueRegistry): string[] {
  const names = specs.flatMap((spec) =>
    spec === 'all' ? [...registry.keys()] : spec === 'default' ? DEFAULT_TECHNIQUE : spec,
  );
  if (names.length === 0) throw new UsageError('--techniques names none', { remedy: 'see "supersam techniques"' });
  for (const name of names) createTechnique(name, registry);
  return [...new Set(names)];
}

/** Plain data, which goes to the workers; each measures one configuration at a time. */
const problemOf = ({ constraint, objective, ...options }: Options): ProblemOptions => ({
  ...options,
  constraints: constraint,
  metrics: objective.map(({ metric }) => metric),
  workers: 1,
});

/** As it was asked for, in tables and pictures; runs are kept under the whole text, which says what was run. */
const withShortName = (row: ComparisonRow): ComparisonRow =>
  row.technique === DEFAULT_TECHNIQUE ? { ...row, technique: 'default' } : row;

const byTechnique = (order: readonly string[]) => (a: ComparisonRow, b: ComparisonRow) =>
  order.indexOf(a.technique) - order.indexOf(b.technique) || a.seed - b.seed;

function failed(failures: readonly JobFailure[], jobs: number): SupersamError {
  const [{ technique, seed, message } = { technique: '', seed: 0, message: '' }] = failures;
  return new SupersamError(
    'COMPARISON_FAILED',
    `${failures.length} of ${jobs} runs failed and are not in the tables; the first, ${technique} seed ${seed}: ${message}`,
    { remedy: 'mend the technique or leave it out; the same command runs what is missing' },
  );
}

const commandLine = () => ['supersam', ...process.argv.slice(2)].map(maskSecrets).map(quoted).join(' ');
const quoted = (part: string) => (/^[\w./:=,+-]+$/.test(part) ? part : `'${part.replaceAll("'", "'\\''")}'`);

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { packageRoot } from '../base/package-root.js';
import { note } from './terminal.js';

/** Adds arguments, options and the action to a command that has its name and description. */
type Define = (command: Command) => void | Promise<void>;

interface Entry {
  readonly name: string;
  readonly description: string;
  /** Imports the command's module, when the command is called: `--help` of the program needs none of them. */
  readonly load?: () => Promise<Define>;
  readonly commands?: readonly Entry[];
}

const COMMANDS: readonly Entry[] = [
  {
    name: 'quickstart',
    description: 'the main job in minutes: from pre-trained weights to a smaller, better model and its report',
    load: async () => (await import('./commands/quickstart.js')).defineQuickstart,
  },
  {
    name: 'full',
    description: 'the same chain at a larger input size with longer training and search',
    load: async () => (await import('./commands/quickstart.js')).defineFull,
  },
  {
    name: 'convert',
    description: 'turn pre-trained weights into a model folder, or a model folder into what other libraries load',
    load: async () => (await import('./commands/convert.js')).defineConvert,
  },
  {
    name: 'describe',
    description: 'parameters and multiply-accumulates of a network or of one of its subnets, piece by piece',
    load: async () => (await import('./commands/describe.js')).defineDescribe,
  },
  {
    name: 'data',
    description: 'look at data sets',
    commands: [
      {
        name: 'check',
        description: 'read every image and mask of a data set and name what cannot be used',
        load: async () => (await import('./commands/data.js')).defineDataCheck,
      },
    ],
  },
  {
    name: 'distill',
    description:
      "teach a plain ViT from random weights, or a smaller network, another network's image embedding and its masks",
    load: async () => (await import('./commands/distill.js')).defineDistill,
  },
  {
    name: 'evaluate',
    description: 'mean IoU of a network or of one of its subnets on a split of a data set',
    load: async () => (await import('./commands/evaluate.js')).defineEvaluate,
  },
  {
    name: 'rank',
    description: 'how much every removable part of the encoder matters, as a chart and a file',
    load: async () => (await import('./commands/rank.js')).defineRank,
  },
  {
    name: 'design',
    description: 'write a search space from a ranking: what may go and how often, and the widths to choose from',
    load: async () => (await import('./commands/design.js')).defineDesign,
  },
  {
    name: 'prioritize',
    description:
      'sort the MLP channels and attention heads of a network by importance, so that a subnet takes the leading ones',
    load: async () => (await import('./commands/prioritize.js')).definePrioritize,
  },
  {
    name: 'train',
    description: 'train a supernet under the sandwich rule: its largest, its smallest and random subnets at every step',
    load: async () => (await import('./commands/train.js')).defineTrain,
  },
  {
    name: 'search',
    description: 'search a space: ask a technique, measure by an oracle, keep every trial in a database',
    load: async () => (await import('./commands/search.js')).defineSearch,
  },
  {
    name: 'worker',
    description: 'measure for a search that runs elsewhere: through a shared folder, a cluster or a queue',
    load: async () => (await import('./commands/worker.js')).defineWorker,
  },
  {
    name: 'compare',
    description: 'run techniques on one problem with many seeds and test which is better',
    load: async () => (await import('./commands/compare.js')).defineCompare,
  },
  {
    name: 'list',
    description: 'list the studies of databases and folders',
    load: async () => (await import('./commands/list.js')).defineList,
  },
  {
    name: 'show',
    description: 'say what a study is, how far it is, what it found, what failed, and what goes on with it',
    load: async () => (await import('./commands/show.js')).defineShow,
  },
  {
    name: 'best',
    description: 'print the best trial of a study, or its front',
    load: async () => (await import('./commands/best.js')).defineBest,
  },
  {
    name: 'trials',
    description: 'print the trials of a study, or those that meet a condition',
    load: async () => (await import('./commands/trials.js')).defineTrials,
  },
  {
    name: 'pareto',
    description: 'print the exact Pareto front of a study and its hypervolume',
    load: async () => (await import('./commands/pareto.js')).definePareto,
  },
  {
    name: 'importance',
    description: 'say how much each parameter of a study matters for what it optimises',
    load: async () => (await import('./commands/importance.js')).defineImportance,
  },
  {
    name: 'export',
    description: 'write the trials of a study for pandas and others: CSV, JSON, Parquet',
    load: async () => (await import('./commands/export.js')).defineExport,
  },
  {
    name: 'import',
    description: 'read what Optuna, OpenTuner or Kernel Tuner measured as a study',
    load: async () => (await import('./commands/import.js')).defineImport,
  },
  {
    name: 'mcp',
    description: 'serve studies to agents over the Model Context Protocol, read-only unless told',
    load: async () => (await import('./commands/mcp.js')).defineMcp,
  },
  {
    name: 'completion',
    description: 'print what completes commands and options in bash, zsh or fish',
    load: async () => (await import('./commands/completion.js')).defineCompletion,
  },
  {
    name: 'enqueue',
    description: 'have a study, running or not, measure configurations next',
    load: async () => (await import('./commands/enqueue.js')).defineEnqueue,
  },
  {
    name: 'note',
    description: 'write a note to a study or to one of its trials',
    load: async () => (await import('./commands/note.js')).defineNote,
  },
  {
    name: 'copy',
    description: 'copy a study under another name or into another database',
    load: async () => (await import('./commands/copy.js')).defineCopy,
  },
  {
    name: 'delete',
    description: 'delete a study',
    load: async () => (await import('./commands/delete.js')).defineDelete,
  },
  {
    name: 'rename',
    description: 'give a study another name',
    load: async () => (await import('./commands/rename.js')).defineRename,
  },
  {
    name: 'backup',
    description: 'copy a whole database into a new file, beside a search that runs or not',
    load: async () => (await import('./commands/backup.js')).defineBackup,
  },
  {
    name: 'doctor',
    description:
      'say what is here and what is missing, and whether a database is sound; save what can be read of a damaged one',
    load: async () => (await import('./commands/doctor.js')).defineDoctor,
  },
  {
    name: 'verify',
    description: 'prove that a search made a study: replay it, and measure trials again',
    load: async () => (await import('./commands/verify.js')).defineVerify,
  },
  {
    name: 'dashboard',
    description: 'a live page of studies, in the browser: fronts that move, techniques, failures, parameters',
    load: async () => (await import('./commands/dashboard.js')).defineDashboard,
  },
  {
    name: 'report',
    description: 'draw the report of any study, or of a results folder again',
    load: async () => (await import('./commands/report.js')).defineReport,
  },
  {
    name: 'extract',
    description: "write a subnet of a supernet as a model of its own: safetensors, ONNX in SAM's interface, a card",
    load: async () => (await import('./commands/extract.js')).defineExtract,
  },
  {
    name: 'average',
    description: 'write the mean of networks that were trained from the same weights',
    load: async () => (await import('./commands/average.js')).defineAverage,
  },
  {
    name: 'predict',
    description:
      'masks of images by boxes, points or whatever is found, with any model: PNG, COCO run lengths, overlays',
    load: async () => (await import('./commands/predict.js')).definePredict,
  },
  {
    name: 'latency',
    description: 'how long models take for an image and for a prompt, side by side on this machine',
    load: async () => (await import('./commands/latency.js')).defineLatency,
  },
  {
    name: 'techniques',
    description: 'list the search techniques and their options',
    load: async () => (await import('./commands/techniques.js')).defineTechniques,
  },
  {
    name: 'space',
    description: 'look at a search space: a file, or a name in search-spaces/',
    commands: [
      {
        name: 'check',
        description: 'say whether it is legal, and how many configurations it has',
        load: async () => (await import('./commands/space.js')).defineSpaceCheck,
      },
      {
        name: 'show',
        description: 'list its parameters, conditions and constraints',
        load: async () => (await import('./commands/space.js')).defineSpaceShow,
      },
      {
        name: 'sample',
        description: 'draw legal configurations, one line of JSON each',
        load: async () => (await import('./commands/space.js')).defineSpaceSample,
      },
      {
        name: 'generate',
        description: 'write a search space for a network without a ranking: every gate but the first may close',
        load: async () => (await import('./commands/space-generate.js')).defineSpaceGenerate,
      },
      {
        name: 'schema',
        description: 'print the JSON Schema of space files, for editors',
        load: async () => (await import('./commands/space.js')).defineSpaceSchema,
      },
      {
        name: 'migrate',
        description:
          'copy a study into a space that has grown: more choices, new parameters with a default for old trials',
        load: async () => (await import('./commands/space-migrate.js')).defineSpaceMigrate,
      },
    ],
  },
  {
    name: 'backend',
    description: 'what training can run on here, and how to make it faster',
    commands: [
      {
        name: 'list',
        description: 'list the training backends and why one is missing',
        load: async () => (await import('./commands/backend.js')).defineBackendList,
      },
      {
        name: 'install',
        description: 'build native TensorFlow for training into the user cache (about 300 MB to fetch, 1 GB on disk)',
        load: async () => (await import('./commands/backend.js')).defineBackendInstall,
      },
    ],
  },
];

/**
 * The command line as a tree. A command has its options once it is called, or after `loadCommands`. What commander
 * refuses is said like every other error: on one line that names it, advice below.
 */
export function createProgram(): Command {
  const { version, description } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as {
    version: string;
    description: string;
  };
  const program = new Command('supersam')
    .description(description)
    .version(version)
    .exitOverride()
    .configureOutput({
      outputError: (text) =>
        note(
          text
            .trimEnd()
            .replace(/^error: /, 'supersam: ')
            .replaceAll(/\n\((.*)\)/g, '\n  $1'),
        ),
    });
  addCommands(program, COMMANDS);
  return program;
}

/** Loads every command of the tree, for those who look at all of them. */
export async function loadCommands(command: Command): Promise<void> {
  for (const child of command.commands) {
    await load(child);
    await loadCommands(child);
  }
}

const pending = new WeakMap<Command, NonNullable<Entry['load']>>();

function addCommands(parent: Command, entries: readonly Entry[]): void {
  for (const { name, description, load: own, commands = [] } of entries) {
    const command = parent.command(name).description(description);
    if (own !== undefined) pending.set(command, own);
    if (commands.length > 0) addCommands(command, commands);
  }
  parent.hook('preSubcommand', (_, command) => load(command));
}

async function load(command: Command): Promise<void> {
  const own = pending.get(command);
  pending.delete(command);
  if (own !== undefined) await (await own())(command);
}

import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import { loadExecutorKind } from '../../plugins/load-kinds.js';
import { startProcesses } from '../open-executor.js';
import { addMeasuringOptions, type MeasuringOptions } from '../open-measuring.js';
import { readSeconds, readWorkers } from '../read-number.js';
import { readName } from '../read-values.js';
import { note } from '../terminal.js';

interface Options extends MeasuringOptions {
  readonly name: string;
  readonly slots: number;
  readonly grace: number;
}

const HELP = `
It measures for a search that runs with the same --executor, here or on another machine, and for the next one, until it
is stopped. It may be started first. It takes the space, the time limits and the repeats from the study, the oracle from
its own command line, and refuses to measure when checkpoint, data, program or version differ from the study's.

The first Ctrl-C or SIGTERM lets it finish the jobs in hand; what is not finished after --grace, or at a second signal,
is given back and measured by others. A worker that is killed loses nothing: its jobs are measured again.

Examples:
  supersam worker folder:/shared/run1 --oracle supernet:models/supernet --slots 2
  supersam worker bullmq:redis://host:6379 --oracle module:measure.mjs`;

export async function defineWorker(command: Command): Promise<void> {
  command.argument('<kind:where>', 'where jobs come from: what the search has as --executor (docs/executors.md)');
  (await addMeasuringOptions(command))
    .option('--name <name>', 'of the studies that are served, where the place has several', readName, 'study')
    .option('--slots <number>', 'jobs at once, each in a process of its own', readWorkers, 1)
    .option('--grace <seconds>', 'when stopped, give back jobs that still take longer than this', readSeconds, 20)
    .addHelpText('after', HELP)
    .action(work);
}

async function work(spec: string, options: Options): Promise<void> {
  const [name = '', ...where] = spec.split(':');
  const kind = await loadExecutorKind(name);
  if (kind.serve === undefined) {
    throw new UsageError(`nobody else can work for the executor "${name}"`, {
      remedy: 'workers serve the executors folder, slurm and bullmq',
    });
  }
  const { slots } = options;
  await untilStopped(options.grace, ({ stop, giveBack }) =>
    (kind.serve as NonNullable<typeof kind.serve>)(where.join(':'), {
      ...{ study: options.name, slots, stop, giveBack },
      open: (card) => startProcesses(slots, card, options, false),
      onNote: note,
    }),
  );
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const EXIT_MS = 3000;
/** A terminal and npm may send one Ctrl-C twice. */
const ECHO_MS = 300;

async function untilStopped(
  graceSeconds: number,
  serve: (signals: { readonly stop: AbortSignal; readonly giveBack: AbortSignal }) => Promise<void>,
): Promise<void> {
  const [stop, giveBack] = [new AbortController(), new AbortController()];
  let stopped = 0;
  let grace: NodeJS.Timeout | undefined;
  const end = () => {
    for (const name of SIGNALS) process.off(name, hear);
  };
  const hear = () => {
    const isEcho = stopped > 0 && performance.now() - stopped < ECHO_MS;
    if (isEcho) return;
    if (stop.signal.aborted) {
      // The next one finds the default action.
      end();
      giveBack.abort();
      return;
    }
    stopped = performance.now();
    note('\nstopping after the jobs in hand (once more gives them back) …');
    stop.abort();
    grace = setTimeout(() => giveBack.abort(), graceSeconds * 1000);
  };
  for (const name of SIGNALS) process.on(name, hear);
  try {
    await serve({ stop: stop.signal, giveBack: giveBack.signal });
  } finally {
    clearTimeout(grace);
    end();
    // A connection to a server that does not answer keeps no worker alive.
    setTimeout(() => process.exit(), EXIT_MS).unref();
  }
}

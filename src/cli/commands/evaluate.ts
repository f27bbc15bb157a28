import type { Command } from 'commander';
import { evaluate } from '../../supernet/method/evaluate.js';
import { closedForms } from '../../supernet/model/closed-form.js';
import { subnetOf } from '../../supernet/model/network.js';
import { interruptible } from '../interruptible.js';
import { addEvaluationOptions, type EvaluationCommandOptions, openEvaluation } from '../open-evaluation.js';
import { readConfiguration } from '../read-configuration.js';
import { print, withProgress } from '../terminal.js';

interface Options extends EvaluationCommandOptions {
  readonly configuration?: string;
  readonly json?: boolean;
}

export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('mean IoU of a network or of one of its subnets on a split of a data set');
  addEvaluationOptions(command, { split: 'val' })
    .option('-c, --configuration <json or file>', 'the subnet (default: the full network)')
    .option('--json', 'print everything as JSON, every object included')
    .action(async (options: Options) => {
      const { encoder, set, segmenter } = await openEvaluation(options);
      try {
        const { configuration } = options;
        const subnet = subnetOf(
          encoder,
          configuration === undefined ? {} : await readConfiguration(configuration, encoder),
        );
        const scores = await interruptible((signal) =>
          withProgress('evaluate', (onProgress) => evaluate(segmenter, subnet, set, { onProgress, signal })),
        );
        const size = closedForms(encoder, subnet);
        if (options.json) {
          const { split, seed } = options;
          print(JSON.stringify({ inputSize: encoder.inputSize, split, seed, ...size, scores }, null, 1));
          return;
        }
        print(
          `${options.split} split at ${encoder.inputSize} x ${encoder.inputSize}, ` +
            `encoder ${size.encoderParameters.toLocaleString('en-US')} parameters, ${(size.macs / 1e9).toFixed(2)} GMACs`,
        );
        print('prompt  images  objects  single  predicted  oracle');
        for (const [prompt, { images, objects, single, predicted, oracle }] of Object.entries(scores)) {
          const counts = `${images}`.padStart(6) + `${objects}`.padStart(9);
          print(`${prompt.padEnd(8)}${counts}${column(single, 8)}${column(predicted, 11)}${column(oracle, 8)}`);
        }
      } finally {
        await segmenter.close();
      }
    });
}

const column = (value: number, width: number) => value.toFixed(4).padStart(width);

import type { Command } from 'commander';
import { evaluate } from '../../supernet/chain/evaluate.js';
import { readModel } from '../../supernet/model/model-folder.js';
import type { Provider } from '../../supernet/run-onnx/provider.js';
import { interruptible } from '../interruptible.js';
import { readConfiguration } from '../read-configuration.js';
import { addScoringOptions, providerOption, type ScoringCommandOptions, scoringOf } from '../scoring-options.js';
import { print, withProgress } from '../terminal.js';

interface Options extends ScoringCommandOptions {
  readonly configuration?: string;
  readonly provider: Provider;
  readonly json?: boolean;
}

export function defineEvaluate(command: Command): void {
  addScoringOptions(command, { split: 'val' })
    .option('-c, --configuration <json or file>', 'the subnet (default: the full network)')
    .addOption(providerOption())
    .option('--json', 'print everything as JSON, every object included')
    .action(async (options: Options) => {
      const model = await readModel(options.model);
      const configuration = options.configuration && (await readConfiguration(options.configuration));
      const { provider } = options;
      const scoring = { ...scoringOf(options), provider, ...(configuration && { configuration }) };
      const result = await interruptible((signal) =>
        withProgress('evaluate', (onProgress) => evaluate(model, { ...scoring, onProgress, signal })),
      );
      if (options.json) {
        print(JSON.stringify(result, null, 1));
        return;
      }
      const { split, inputSize, encoderParameters, macs, scores } = result;
      print(
        `${split} split at ${inputSize} x ${inputSize}, ` +
          `encoder ${encoderParameters.toLocaleString('en-US')} parameters, ${(macs / 1e9).toFixed(2)} GMACs`,
      );
      print('prompt  images  objects  single  predicted  oracle');
      for (const [prompt, { images, objects, single, predicted, oracle }] of Object.entries(scores)) {
        const counts = `${images}`.padStart(6) + `${objects}`.padStart(9);
        print(`${prompt.padEnd(8)}${counts}${column(single, 8)}${column(predicted, 11)}${column(oracle, 8)}`);
      }
    });
}

const column = (value: number, width: number) => value.toFixed(4).padStart(width);

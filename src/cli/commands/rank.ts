import type { Command } from 'commander';
import type { MaskChoice } from '../../supernet/data/evaluate.js';
import { rankPieces } from '../../supernet/rank.js';
import { writeAtomically } from '../../supernet/write-atomically.js';
import { barChart } from '../bar-chart.js';
import { interruptible } from '../interruptible.js';
import { addEvaluationOptions, type EvaluationCommandOptions, maskOption, openEvaluation } from '../open-evaluation.js';
import { print, withProgress } from '../terminal.js';

interface Options extends EvaluationCommandOptions {
  readonly mask: MaskChoice;
  readonly output: string;
}

export function registerRank(program: Command): void {
  const command = program
    .command('rank')
    .description('drop of mean IoU when one removable part of the encoder is left out, as a chart and a file');
  addEvaluationOptions(command, { split: 'train', images: 12, inputSize: 448 })
    .addOption(maskOption())
    .option('-o, --output <file>', 'ranking to write', 'ranking.json')
    .action(async (options: Options) => {
      const { encoder, set, segmenter } = await openEvaluation(options);
      try {
        const prompt = options.prompts.length > 1 ? 'both' : (options.prompts[0] ?? 'both');
        const ranking = await interruptible((signal) =>
          withProgress('rank', (onProgress) =>
            rankPieces(segmenter, encoder, set, { prompt, mask: options.mask, onProgress, signal }),
          ),
        );
        await writeAtomically(options.output, `${JSON.stringify(ranking, null, 1)}\n`);
        print(
          `mean IoU ${ranking.meanIou.toFixed(4)} (${ranking.images} images, ${ranking.objects} prompts); lost without`,
        );
        const sorted = [...ranking.removals].sort((a, b) => a.drop - b.drop);
        for (const line of barChart(sorted.map(({ parameter, drop }) => ({ label: parameter, value: drop }))))
          print(line);
        print(`saved to ${options.output}`);
      } finally {
        await segmenter.close();
      }
    });
}

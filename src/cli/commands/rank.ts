import { type Command, Option } from 'commander';
import { writeAtomically } from '../../base/files.js';
import { MOST_RANKING_INPUT, RANKING_IMAGES, rank } from '../../supernet/chain/rank.js';
import type { MaskChoice } from '../../supernet/method/evaluate.js';
import { RANK_METHODS, type Ranking, type RankMethod } from '../../supernet/method/ranking.js';
import type { Provider } from '../../supernet/run-onnx/provider.js';
import { interruptible } from '../interruptible.js';
import { addForceOption, checkOutputFile } from '../output.js';
import { readSeeds } from '../read-number.js';
import {
  addScoringOptions,
  maskOption,
  providerOption,
  type ScoringCommandOptions,
  scoringOf,
} from '../scoring-options.js';
import { barChart, print, withProgress } from '../terminal.js';

interface Options extends ScoringCommandOptions {
  readonly mask: MaskChoice;
  readonly provider: Provider;
  readonly method: RankMethod;
  /** In place of the one. */
  readonly seeds?: readonly number[];
  readonly output: string;
  readonly force: boolean;
}

const METHODS = `
Methods:
  leave-one-out  drop of mean IoU without the part alone: one evaluation a part
  greedy         takes out the least harmful part, measures the others again, and so on until the drop would
                 exceed 0.2: sees what parts do for one another, for up to half as many times as many
                 evaluations as there are parts
  magnitude      mean absolute weight of the part's matrices: looks at no image, says nothing of mean IoU
Errors (±) are standard errors of the drop over images, objects and prompts paired with the full network's.`;

export function defineRank(command: Command): void {
  addForceOption(addScoringOptions(command, { split: 'train', images: RANKING_IMAGES, mostInput: MOST_RANKING_INPUT }))
    .addOption(maskOption())
    .addOption(providerOption())
    .addOption(new Option('--method <method>', 'see below').choices(RANK_METHODS).default('leave-one-out'))
    .option('--seeds <numbers>', 'prompt seeds to average over, as 1,2,3 (default: --seed alone)', readSeeds)
    .option('-o, --output <file>', 'ranking to write', 'ranking.json')
    .addHelpText('after', METHODS)
    .action(async (options: Options) => {
      const { model, mask, provider, method, seeds, output, force } = options;
      checkOutputFile(output, { inputs: [model, options.data], force });
      const ranking = await interruptible((signal) =>
        withProgress('rank', (onProgress) =>
          rank(model, { ...scoringOf(options), mask, provider, method, seeds, onProgress, signal }),
        ),
      );
      await writeAtomically(output, `${JSON.stringify(ranking, null, 1)}\n`);
      for (const line of rankingLines(ranking)) print(line);
      print(`saved to ${output}`);
    });
}

/** What was found, for people; the least harmful part first. */
export function rankingLines(ranking: Ranking): string[] {
  if (ranking.method === 'magnitude') {
    const bars = ranking.removals.map(({ parameter, magnitude }) => ({ label: parameter, value: magnitude }));
    return ['mean absolute weight', ...barChart(bars.sort((a, b) => a.value - b.value))];
  }
  const { meanIou, images, objects, removals, method } = ranking;
  const bars = removals.map(({ parameter, drop, standardError }) => ({
    label: parameter,
    value: drop,
    error: standardError,
  }));
  const lost = method === 'greedy' ? 'lost without it and all above' : 'lost without';
  // A greedy ranking stands in the order of its removals, which is its message.
  const sorted = method === 'greedy' ? bars : bars.sort((a, b) => a.value - b.value);
  return [`mean IoU ${meanIou.toFixed(4)} (${images} images, ${objects} prompts); ${lost}`, ...barChart(sorted)];
}

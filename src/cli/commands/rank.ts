import { type Command, InvalidArgumentError, Option } from 'commander';
import { writeAtomically } from '../../base/files.js';
import type { MaskChoice } from '../../supernet/method/evaluate.js';
import { rankPieces } from '../../supernet/method/rank.js';
import { rankByMagnitude } from '../../supernet/method/rank-by-magnitude.js';
import { RANK_METHODS, type Ranking, type RankMethod } from '../../supernet/method/ranking.js';
import { createEncoder } from '../../supernet/model/description.js';
import { readModel } from '../../supernet/model/model-folder.js';
import { barChart } from '../bar-chart.js';
import { interruptible } from '../interruptible.js';
import { addEvaluationOptions, type EvaluationCommandOptions, maskOption, openEvaluation } from '../open-evaluation.js';
import { readInteger } from '../read-number.js';
import { print, withProgress } from '../terminal.js';

interface Options extends EvaluationCommandOptions {
  readonly mask: MaskChoice;
  readonly method: RankMethod;
  readonly output: string;
}

const METHODS = `
Methods:
  leave-one-out  drop of mean IoU without the part alone: one evaluation a part
  greedy         takes out the least harmful part, measures the others again, and so on until the drop would
                 exceed 0.2: sees what parts do for one another, for up to half as many times as many
                 evaluations as there are parts
  magnitude      mean absolute weight of the part's matrices: looks at no image, says nothing of mean IoU
Errors (±) are standard errors of the drop over images, objects and prompts paired with the full network's.`;

/** A network made for 1024 pixels is ranked at 448, for a fifth of the arithmetic; one made for fewer at its own size. */
const MOST_INPUT = 448;

export function registerRank(program: Command): void {
  const command = program
    .command('rank')
    .description('how much every removable part of the encoder matters, as a chart and a file');
  addEvaluationOptions(command, { split: 'train', images: 12, mostInput: MOST_INPUT })
    .addOption(maskOption())
    .addOption(new Option('--method <method>', 'see below').choices(RANK_METHODS).default('leave-one-out'))
    .option('--seeds <numbers>', 'prompt seeds to average over, as 1,2,3 (default: --seed alone)', readSeeds)
    .option('-o, --output <file>', 'ranking to write', 'ranking.json')
    .addHelpText('after', METHODS)
    .action(async (options: Options) => {
      const ranking = await rank(options);
      await writeAtomically(options.output, `${JSON.stringify(ranking, null, 1)}\n`);
      for (const line of rankingLines(ranking)) print(line);
      print(`saved to ${options.output}`);
    });
}

async function rank({ method, ...options }: Options): Promise<Ranking> {
  if (method === 'magnitude') {
    const { description, weights } = await readModel(options.model);
    return rankByMagnitude(createEncoder(description, options.inputSize), weights);
  }
  const { encoder, sets, seeds, segmenter } = await openEvaluation(options, MOST_INPUT);
  try {
    const { mask } = options;
    const prompt = options.prompts.length > 1 ? 'both' : (options.prompts[0] ?? 'both');
    return await interruptible((signal) =>
      withProgress('rank', (onProgress) =>
        rankPieces(segmenter, encoder, sets, { prompt, mask, method, seeds, onProgress, signal }),
      ),
    );
  } finally {
    await segmenter.close();
  }
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

function readSeeds(text: string): readonly number[] {
  const seeds = [...new Set(text.split(',').map(readInteger))];
  if (seeds.length === 0) throw new InvalidArgumentError('Give whole numbers, as 1,2,3.');
  return seeds;
}

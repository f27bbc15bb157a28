import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { writeAtomically } from '../../base/files.js';
import { design } from '../../supernet/chain/design.js';
import {
  DESIGN_DEFAULTS,
  type DesignOptions,
  designLines,
  removalProbabilities,
  spaceText,
} from '../../supernet/method/design.js';
import { addForceOption, checkOutputFile } from '../output.js';
import { readNatural, readNonNegative, readProbability, readShares } from '../read-number.js';
import { print } from '../terminal.js';

interface Options extends Omit<DesignOptions, 'name'> {
  readonly ranking: string;
  readonly model: string;
  readonly output: string;
  readonly force: boolean;
}

export function defineDesign(command: Command): void {
  const { widths, heads, maxDrop, maxProbability } = DESIGN_DEFAULTS;
  addForceOption(command)
    .requiredOption('-r, --ranking <file>', 'from `supersam rank`')
    .requiredOption('-m, --model <folder>', 'the network that was ranked')
    .requiredOption('-o, --output <file>', 'space to write, search-spaces/NAME.json')
    .option('--widths <shares>', "shares of every MLP's hidden channels", readShares, widths)
    .option('--heads <shares>', "shares of every attention's heads, to whole heads", readShares, heads)
    .option('--max-drop <mIoU>', 'parts whose removal costs at most this may go', readNonNegative, maxDrop)
    .option('--max-probability <p>', 'how often a harmless part goes', readProbability, maxProbability)
    .option(
      '--max-removable <number>',
      'so many of the least harmful parts may go, in place of --max-drop',
      readNatural,
    )
    .addOption(
      new Option('--probabilities <kind>', 'softmin: the more harm, the rarer a part goes; constant: all alike')
        .choices(removalProbabilities)
        .default(DESIGN_DEFAULTS.probabilities),
    )
    .action(async ({ output, force, model, ranking, ...options }: Options) => {
      checkOutputFile(output, { inputs: [model, ranking], force });
      const designed = await design(model, ranking, { ...options, name: basename(output, '.json') });
      await writeAtomically(output, spaceText(designed));
      for (const line of designLines(designed)) print(line);
      print(`saved to ${output}`);
    });
}

import { basename } from 'node:path';
import type { Command } from 'commander';
import { didYouMean } from '../../base/did-you-mean.js';
import { writeAtomically } from '../../base/files.js';
import { UsageError } from '../../errors.js';
import { DESIGN_DEFAULTS, designLines, designSpace, spaceText } from '../../supernet/method/design.js';
import { removableUnits } from '../../supernet/method/ranking.js';
import { createEncoder } from '../../supernet/model/description.js';
import type { Encoder } from '../../supernet/model/network.js';
import { networkArgument, openNetwork } from '../open-network.js';
import { addForceOption, checkOutputFile } from '../output.js';
import { readProbability, readShares } from '../read-number.js';
import { print } from '../terminal.js';

interface Options {
  readonly output: string;
  readonly force: boolean;
  readonly widths: readonly number[];
  readonly heads: readonly number[];
  readonly removable?: readonly string[];
  readonly probability: number;
}

/** `supersam space generate`: a space for a network that nobody has ranked. */
export function defineSpaceGenerate(command: Command): void {
  const { widths, heads, maxProbability } = DESIGN_DEFAULTS;
  addForceOption(command)
    .argument('<network>')
    .requiredOption('-o, --output <file>', 'space to write, search-spaces/NAME.json')
    .option('--widths <shares>', "shares of every MLP's hidden channels", readShares, widths)
    .option('--heads <shares>', "shares of every attention's heads, to whole heads", readShares, heads)
    .option('--removable <names>', 'gates, and widths that may be 0, separated by commas; "" for none', parseNames)
    .option('--probability <p>', 'how often each removable part goes', readProbability, maxProbability)
    .addHelpText(
      'after',
      `
NETWORK is ${networkArgument}.

  supersam space generate vit-l --output search-spaces/vit-l.json
  supersam space generate efficientsam-ti --heads 0.34,0.67,1 --removable layer3,layer7.heads --output my-space.json`,
    )
    .action(async (network: string, { output, force, probability, widths, heads, removable }: Options) => {
      checkOutputFile(output, { inputs: [network], force });
      const encoder = createEncoder((await openNetwork(network)).description);
      const removals = unitsOf(encoder, removable).map((parameter) => ({ parameter, drop: 0 }));
      const name = basename(output, '.json');
      const design = designSpace(
        encoder,
        { removals },
        { ...DESIGN_DEFAULTS, widths, heads, name, maxDrop: 0, maxProbability: probability },
      );
      await writeAtomically(output, spaceText(design));
      for (const line of designLines(design)) print(line);
      print(`saved to ${output}`);
    });
}

const parseNames = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** The named units, or every gate behind the stem but the first: the first layer is the one that no network can do without. */
function unitsOf(encoder: Encoder, names: readonly string[] | undefined): readonly string[] {
  if (names === undefined) {
    const gates = encoder.pieces.slice(encoder.stemLength).flatMap(({ gate }) => gate ?? []);
    return [...new Set(gates)].slice(1);
  }
  const known = removableUnits(encoder).map(({ parameter }) => parameter);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`the network has no removable part "${unknown}".${didYouMean(unknown, known)}`, {
    remedy: `it has ${known.join(', ')}`,
  });
}

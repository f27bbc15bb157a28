import type { Command } from 'commander';
import { average } from '../../supernet/chain/average.js';
import { addForceOption, checkOutputFolder } from '../output.js';
import { print } from '../terminal.js';

interface Options {
  readonly output: string;
  readonly force: boolean;
}

const HELP = `
Networks that began at the same weights: a chosen subnet and what it became when it was trained on alone, or several trainings of one
subnet with other seeds. The mean often scores above each of them (docs/results.md has what it is worth); it costs no more than one.

Examples (a chosen subnet trained on, and the mean of before and after, as \`full\` finishes its subnets):
  supersam train --model models/subnet-50 --mode full-only --rate 1e-4 --steps 150 --output tuned
  supersam average models/subnet-50 tuned --output models/subnet-50-finished`;

export function defineAverage(command: Command): void {
  addForceOption(command)
    .argument('<models...>', 'model folders of one architecture; one that is named twice counts twice')
    .requiredOption('-o, --output <folder>', 'model folder to write')
    .addHelpText('after', HELP)
    .action(async (models: readonly string[], { output, force }: Options) => {
      checkOutputFolder(output, { inputs: models, force });
      const { sha256 } = await average(models, { output });
      print(`${output}: weights.safetensors, network.json, model-card.md, encoder.onnx, decoder.onnx`);
      print(`the mean of ${models.length} networks, weights sha256 ${sha256}`);
    });
}

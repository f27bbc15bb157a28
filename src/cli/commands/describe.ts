import type { Command } from 'commander';
import { macs, parameterCount } from '../../supernet/closed-form.js';
import { createEncoder } from '../../supernet/description.js';
import { readModel } from '../../supernet/model-folder.js';
import { fullSubnet, subnetOf } from '../../supernet/network.js';
import { readConfiguration } from '../read-configuration.js';
import { print } from '../terminal.js';
import { parseSize } from './convert.js';

export function registerDescribe(program: Command): void {
  program
    .command('describe <model>')
    .description('parameters and multiply-accumulates of a model or of one of its subnets, piece by piece')
    .option('-c, --configuration <json or file>', 'the subnet (default: the full network)')
    .option('--input-size <pixels>', "side of the square input (default: the model's)", parseSize)
    .action(async (folder: string, options: { configuration?: string; inputSize?: number }) => {
      const { description, sha256 } = await readModel(folder);
      const encoder = createEncoder(description, options.inputSize);
      const full = fullSubnet(encoder);
      const subnet =
        options.configuration === undefined
          ? full
          : subnetOf(encoder, await readConfiguration(options.configuration, encoder));
      print(`${description.name}: ${encoder.family} encoder at ${encoder.inputSize} x ${encoder.inputSize}`);
      print(`from ${description.source.description}`);
      print(`hidden units ${description.supernet === undefined ? 'not sorted' : description.supernet.prioritization}`);
      print(`weights sha256 ${sha256}\n`);
      print(row('piece', 'size', 'of', 'parameters', 'MACs'));
      for (const [i, piece] of encoder.pieces.entries()) {
        const active = subnet[i] ?? piece.full;
        const parameters = active === 0 ? 0 : piece.parameterCount(active);
        const count = active === 0 ? 0 : piece.macs(active);
        print(row(piece.name, active, piece.full, parameters, count));
      }
      const [parameters, all] = [parameterCount(encoder, subnet), parameterCount(encoder, full)];
      print(row('encoder', '', '', parameters, macs(encoder, subnet)));
      if (parameters < all) print(`${(100 * (1 - parameters / all)).toFixed(1)} % fewer encoder parameters`);
    });
}

const text = (value: number | string) => (typeof value === 'number' ? value.toLocaleString('en-US') : value);

const row = (name: string, ...numbers: readonly (number | string)[]) =>
  name.padEnd(26) + numbers.map((value, i) => text(value).padStart(i < 2 ? 7 : 16)).join('');

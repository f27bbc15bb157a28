import type { Command } from 'commander';
import { decoderParameterCount, macs, parameterCount, weightCount } from '../../supernet/model/closed-form.js';
import { createEncoder } from '../../supernet/model/description.js';
import { type Encoder, fullSubnet, type Subnet, subnetOf } from '../../supernet/model/network.js';
import { checkConfiguration } from '../../supernet/oracle/check-parameters.js';
import { networkArgument, openNetwork } from '../open-network.js';
import { readConfiguration } from '../read-configuration.js';
import { readSize } from '../read-number.js';
import { print } from '../terminal.js';

export function defineDescribe(command: Command): void {
  command
    .argument('<network>')
    .option('-c, --configuration <json or file>', 'the subnet (default: the full network)')
    .option('--input-size <pixels>', "side of the square input (default: the network's)", readSize)
    .addHelpText(
      'after',
      `
NETWORK is ${networkArgument}.

  supersam describe vit-b
  supersam describe vit-b --configuration '{"layer1": false, "layer2.mlp": 1020, "layer3.heads": 8}'

Layers, heads and MLP widths that the configuration does not name stay whole. One multiply-accumulate (MAC) is two FLOPs. "weights"
are the elements of all .weight tensors, decoder included: the size that the SuperSAM authors report.`,
    )
    .action(async (network: string, options: { configuration?: string; inputSize?: number }) => {
      const { description, sha256 } = await openNetwork(network);
      const encoder = createEncoder(description, options.inputSize);
      const configuration = options.configuration === undefined ? {} : await readConfiguration(options.configuration);
      checkConfiguration(encoder, configuration);
      const subnet = subnetOf(encoder, configuration);
      print(`${description.name}: ${encoder.family} encoder at ${encoder.inputSize} x ${encoder.inputSize}`);
      print(`from ${description.source.description}`);
      if (sha256 !== undefined) {
        print(
          `hidden units ${description.supernet === undefined ? 'not sorted' : description.supernet.prioritization}`,
        );
        print(`weights sha256 ${sha256}`);
      }
      print();
      for (const line of table(encoder, subnet)) print(line);
    });
}

function table(encoder: Encoder, subnet: Subnet): string[] {
  const full = fullSubnet(encoder);
  const pieces = encoder.pieces.map((piece, i) => {
    const active = subnet[i] ?? piece.full;
    return active === 0
      ? row(piece.name, active, piece.full, 0, 0)
      : row(piece.name, active, piece.full, piece.parameterCount(active), piece.macs(active));
  });
  const [parameters, all] = [parameterCount(encoder, subnet), parameterCount(encoder, full)];
  const decoder = decoderParameterCount(encoder);
  const fewer = (part: number, whole: number) =>
    part < whole ? ` (${(100 * (1 - part / whole)).toFixed(1)} % fewer)` : '';
  return [
    row('piece', 'size', 'of', 'parameters', 'MACs'),
    ...pieces,
    row('encoder', '', '', parameters, macs(encoder, subnet)) + fewer(parameters, all),
    row(`${encoder.decoder} decoder`, '', '', decoder, ''),
    row('network', '', '', parameters + decoder, '') + fewer(parameters + decoder, all + decoder),
    row('weights', '', '', weightCount(encoder, subnet), ''),
  ];
}

const text = (value: number | string) => (typeof value === 'number' ? value.toLocaleString('en-US') : value);

const row = (name: string, ...numbers: readonly (number | string)[]) =>
  (name.padEnd(26) + numbers.map((value, i) => text(value).padStart(i < 2 ? 7 : 16)).join('')).trimEnd();

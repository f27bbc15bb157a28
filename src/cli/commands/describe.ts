import type { Command } from 'commander';
import { decoderParameterCount, macs, parameterCount, weightCount } from '../../supernet/model/closed-form.js';
import { createEncoder } from '../../supernet/model/description.js';
import { type Encoder, fullSubnet, type Subnet, subnetOf } from '../../supernet/model/network.js';
import { checkConfiguration } from '../../supernet/oracle/check-parameters.js';
import { networkArgument, openNetwork } from '../open-network.js';
import { readConfiguration } from '../read-configuration.js';
import { readSize } from '../read-number.js';
import { print, printData } from '../terminal.js';

export function defineDescribe(command: Command): void {
  command
    .argument('<network>')
    .option('-c, --configuration <json or file>', 'the subnet (default: the full network)')
    .option('--input-size <pixels>', "side of the square input (default: the network's)", readSize)
    .option('--json', 'as JSON', false)
    .addHelpText(
      'after',
      `
NETWORK is ${networkArgument}.

  supersam describe vit-b
  supersam describe vit-b --configuration '{"layer1": false, "layer2.mlp": 1020, "layer3.heads": 8}'

Layers, heads and MLP widths that the configuration does not name stay whole. One multiply-accumulate (MAC) is two FLOPs. "weights"
are the elements of all .weight tensors, decoder included: the size that the SuperSAM authors report.`,
    )
    .action(async (network: string, options: { configuration?: string; inputSize?: number; json: boolean }) => {
      const { description, sha256 } = await openNetwork(network);
      const encoder = createEncoder(description, options.inputSize);
      const configuration = options.configuration === undefined ? {} : await readConfiguration(options.configuration);
      checkConfiguration(encoder, configuration);
      const subnet = subnetOf(encoder, configuration);
      if (options.json) {
        const { name, source, supernet } = description;
        const { family, inputSize } = encoder;
        const about = { name, family, inputSize, source, prioritization: supernet?.prioritization, sha256 };
        return printData(JSON.stringify({ ...about, ...sizes(encoder, subnet) }, null, 2));
      }
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

/** What a network of a subnet holds and computes, piece by piece and in all. */
function sizes(encoder: Encoder, subnet: Subnet) {
  const pieces = encoder.pieces.map((piece, i) => {
    const size = subnet[i] ?? piece.full;
    const [parameters, multiplications] = size === 0 ? [0, 0] : [piece.parameterCount(size), piece.macs(size)];
    return { name: piece.name, size, full: piece.full, parameters, macs: multiplications };
  });
  return {
    encoderParameters: parameterCount(encoder, subnet),
    decoderParameters: decoderParameterCount(encoder),
    weights: weightCount(encoder, subnet),
    macs: macs(encoder, subnet),
    pieces,
  };
}

function table(encoder: Encoder, subnet: Subnet): string[] {
  const own = sizes(encoder, subnet);
  const pieces = own.pieces.map((piece) => row(piece.name, piece.size, piece.full, piece.parameters, piece.macs));
  const { encoderParameters: parameters, decoderParameters: decoder } = own;
  const all = parameterCount(encoder, fullSubnet(encoder));
  const fewer = (part: number, whole: number) =>
    part < whole ? ` (${(100 * (1 - part / whole)).toFixed(1)} % fewer)` : '';
  return [
    row('piece', 'size', 'of', 'parameters', 'MACs'),
    ...pieces,
    row('encoder', '', '', parameters, own.macs) + fewer(parameters, all),
    row(`${encoder.decoder} decoder`, '', '', decoder, ''),
    row('network', '', '', parameters + decoder, '') + fewer(parameters + decoder, all + decoder),
    row('weights', '', '', own.weights, ''),
  ];
}

const text = (value: number | string) => (typeof value === 'number' ? value.toLocaleString('en-US') : value);

const row = (name: string, ...numbers: readonly (number | string)[]) =>
  (name.padEnd(26) + numbers.map((value, i) => text(value).padStart(i < 2 ? 7 : 16)).join('')).trimEnd();

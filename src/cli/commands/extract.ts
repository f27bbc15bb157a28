import { relative } from 'node:path';
import { type Command, Option } from 'commander';
import { summariseFront } from '../../charts/front-summary.js';
import type { Configuration } from '../../core/space.js';
import { UsageError } from '../../errors.js';
import { type ExtractOptions, extract, extractElastic } from '../../supernet/chain/extract.js';
import { parameterCount } from '../../supernet/model/closed-form.js';
import { createEncoder } from '../../supernet/model/description.js';
import { readModel } from '../../supernet/model/model-folder.js';
import { fullSubnet } from '../../supernet/model/network.js';
import type { WeightFormat } from '../../supernet/run-onnx/export.js';
import type { OnnxInterface } from '../../supernet/run-onnx/sam-interface.js';
import { addForceOption, checkOutputFolder } from '../output.js';
import { readConfiguration } from '../read-configuration.js';
import { readNatural, readSize } from '../read-number.js';
import { readStudyFile, readTrialConfiguration, readTrialOrigin, splitStudy } from '../stored-study.js';
import { print } from '../terminal.js';

interface Options {
  readonly model: string;
  readonly trial?: number;
  readonly study?: string;
  readonly name?: string;
  readonly configuration?: string;
  readonly output: string;
  readonly force: boolean;
  readonly inputSize?: number;
  readonly interface?: OnnxInterface;
  readonly format: WeightFormat;
  readonly decoder?: string;
  readonly elastic?: boolean;
}

const HELP = `
One subnet becomes a model folder of its own. With --elastic the front of a study becomes one ONNX encoder for every device:
its second input says which subnet to be (docs/elastic.md).

Examples:
  supersam extract --model models/supernet --study s.db --trial 42 --output models/small
  supersam extract --model models/supernet --configuration '{"stage1.block0.mlp": 128}' --output models/own
  supersam extract --model models/supernet --study s.db --elastic --output models/elastic`;

export function defineExtract(command: Command): void {
  addForceOption(command)
    .requiredOption('-m, --model <folder>', 'the supernet')
    .option('-t, --trial <number>', 'the trial of a study that found the subnet (with --study)', readNatural)
    .option('-s, --study <db>', 'the database of the study')
    .option('--name <name>', 'which study of the database (not needed when it holds one)')
    .option('-c, --configuration <json or file>', 'the subnet itself, instead of a trial')
    .requiredOption('-o, --output <folder>', 'model folder to write')
    .option('--input-size <pixels>', "side of the square input (default: the supernet's)", readSize)
    .addOption(
      new Option('--interface <name>', "what the ONNX files take: SAM's sizes whatever the network's, or its own")
        .choices(['sam', 'native'] satisfies OnnxInterface[])
        .default(undefined, 'sam, where it fits the network'),
    )
    .addOption(
      new Option('--format <name>', "of the ONNX files' weights; they compute in float32")
        .choices(['float32', 'float16', 'int8'] satisfies WeightFormat[])
        .default('float32'),
    )
    .option('--decoder <file>', 'where the decoder goes: one for all subnets of a supernet (default: in the folder)')
    .option('--elastic', 'all subnets of the front of --study as one encoder that is told which to be')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const { output, force, inputSize, format, decoder } = options;
      checkOutputFolder(output, { inputs: [options.model, options.study, options.configuration], force });
      if (options.elastic) {
        await extractFront(options);
        return;
      }
      const supernet = await readModel(options.model);
      const encoder = createEncoder(supernet.description, inputSize);
      const files = { interface: options.interface, format, decoder };
      const origin = originOf(options);
      const model = await extract(supernet, await configurationOf(options), { output, inputSize, origin, ...files });
      const small = createEncoder(model.description);
      const [parameters, all] = [small, encoder].map((each) => parameterCount(each, fullSubnet(each)));
      const where = decoder === undefined ? 'decoder.onnx' : relative(output, decoder);
      print(`${output}: weights.safetensors, network.json, model-card.md, encoder.onnx, ${where}`);
      print(`encoder ${parameters?.toLocaleString('en-US')} of ${all?.toLocaleString('en-US')} parameters`);
      print(`input 1 x 3 x ${small.inputSize} x ${small.inputSize}, weights sha256 ${model.sha256}`);
    });
}

async function extractFront(options: Options): Promise<void> {
  const { model, study, name, trial, configuration, decoder, output, inputSize, format } = options;
  if (study === undefined || trial !== undefined || configuration !== undefined || decoder !== undefined) {
    throw new UsageError('--elastic takes the whole front of one study, and writes its own decoder', {
      remedy: 'give --study, without --trial, --configuration and --decoder',
    });
  }
  const { definition, finished } = readStudyFile(study, name);
  const { front } = summariseFront(finished, definition.objectives);
  // The first objective says which is best.
  const bestFirst = definition.objectives[0]?.direction === 'max' ? front.toReversed() : front;
  const offered = bestFirst.map(({ configuration, number, metrics }) => ({
    configuration,
    trial: number,
    ...(metrics !== null && { metrics }),
  }));
  const how = { output, inputSize, format, interface: options.interface };
  const { subnets } = await extractElastic(model, offered, how);
  const sizes = subnets.map(({ parameters }) => parameters);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)].map((size) => size.toLocaleString('en-US'));
  print(`${output}: encoder.onnx, decoder.onnx, subnets.json`);
  print(`${subnets.length} subnets of ${least} to ${most} encoder parameters, best first`);
}

/** What the model's files say of where it comes from; paths as seen from its folder. */
function originOf({ trial, study, name, model, output }: Options): ExtractOptions['origin'] {
  const from = (path: string) => relative(output, path);
  if (trial === undefined || study === undefined) return { files: { supernet: from(model) } };
  const { path, name: own } = splitStudy(study, name);
  return { trial: readTrialOrigin(path, trial, own), files: { supernet: from(model), study: from(path) } };
}

async function configurationOf(options: Options): Promise<Configuration> {
  const { trial, study, name, configuration } = options;
  if (configuration !== undefined && trial === undefined && study === undefined)
    return readConfiguration(configuration);
  if (configuration !== undefined || trial === undefined || study === undefined)
    throw new UsageError('name the subnet once', { remedy: 'give --configuration, or --trial with --study' });
  return readTrialConfiguration(study, trial, name);
}

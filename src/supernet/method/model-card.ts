import { closedForms } from '../model/closed-form.js';
import { createEncoder } from '../model/description.js';
import type { Model } from '../model/model-folder.js';
import { fullSubnet } from '../model/network.js';
import type { WeightFormat } from '../run-onnx/export.js';
import type { OnnxInterface } from '../run-onnx/sam-interface.js';

export interface WrittenFiles {
  readonly interface: OnnxInterface;
  readonly format: WeightFormat;
  readonly decoder: string;
  /** Bytes. */
  readonly sizes: { readonly encoder: number; readonly decoder: number };
  /** Name and licence of the data that it was trained on. */
  readonly trainedOn?: string | undefined;
  /** Sections of a model that is published, without the weights in float32: how it scored on what, how it was made. */
  readonly published?: { readonly scores: string; readonly made: string } | undefined;
}

/** The card of an extracted subnet, as Markdown: what it is, how it scored, where it comes from and how it is used. */
export function modelCard({ description, sha256 }: Model, files: WrittenFiles): string {
  const encoder = createEncoder(description);
  const { encoderParameters, macs } = closedForms(encoder, fullSubnet(encoder));
  const { name, inputSize, source, provenance } = description;
  const trial = provenance?.trial;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const { published } = files;
  const inSam = files.interface === 'sam';
  const side = inSam ? 1024 : inputSize;
  const mask = inSam ? 256 : 4 * encoder.grid;
  const averaged = provenance?.averaged;
  const scores = Object.entries(trial?.metrics ?? {}).filter(([metric]) => /iou$/i.test(metric));
  return `# ${name}: a subnet of ${encoderParameters?.toLocaleString('en-US')} encoder parameters

A Segment Anything model for images of ${inputSize} x ${inputSize} pixels, ${((macs ?? 0) / 1e9).toFixed(2)} billion multiply-accumulates an image in the encoder.

| file | what | size |
| --- | --- | ---: |
| \`encoder.onnx\` | \`input\` [1, 3, ${side}, ${side}] (RGB, normalised, ${description.resize === 'squash' ? 'squashed' : 'padded'}) to \`image_embeddings\` | ${megabytes(files.sizes.encoder)} |
| \`${files.decoder}\` | SAM's decoder: points in the ${side} frame, \`mask_input\` [1, 1, ${mask}, ${mask}] | ${megabytes(files.sizes.decoder)} |
${published === undefined ? '| `weights.safetensors`, `network.json` | the same weights in float32, for supersam | |\n' : ''}
The ONNX files hold their weights as ${files.format} and compute in float32.${inSam ? " Their interface is that of every published SAM; the network's own size is inside." : ''}

## Scores

${
  scores.length === 0
    ? 'Not recorded here.'
    : `As the search measured ${averaged === undefined ? 'them' : 'the subnet itself'} on its validation images: ${scores.map(([metric, value]) => `${metric} ${value.toFixed(4)}`).join(', ')}.`
} ${published?.scores ?? 'Measure these weights on any split of any data set: `supersam evaluate --model FOLDER --data DATA --split test`.'}

## Where it comes from

- began as: ${source.description}${source.license === undefined ? '' : ` (licence ${source.license})`}
- trained on: ${files.trainedOn ?? 'not recorded here; training.json of the supernet has the sha256 of its data'}
- supernet: weights sha256 ${provenance?.supernet ?? 'not recorded'}
- found as: ${trial === undefined ? 'a configuration given by hand' : `trial ${trial.trial} of the study ${trial.study}`}${published === undefined ? '; `supersam verify FOLDER` proves it' : ''}
- these weights: sha256 ${sha256}${averaged === undefined ? '' : `, the mean of those of sha256 ${averaged.join(' and ')}`}${published === undefined ? '' : `\n- made by: ${published.made}`}

## Use

\`\`\`
supersam predict photo.jpg --model FOLDER --box 120,80,60,40 --output masks
\`\`\`
`;
}

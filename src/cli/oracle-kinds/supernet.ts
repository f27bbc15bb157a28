import { Option } from 'commander';
import { dataOption, NUCLEI } from '../data-option.js';
import { type DataCommandOptions, datasetOptions, parseArea } from '../dataset-options.js';
import type { OracleKind } from '../oracle-kind.js';
import { readCount, readInteger } from '../read-number.js';

interface SupernetOptions extends DataCommandOptions {
  readonly data?: string;
  readonly split?: 'train' | 'val';
  readonly inputSize?: number;
  readonly prompts?: 'box' | 'point' | 'both' | 'random';
  readonly mask?: 'single' | 'predicted' | 'oracle';
  readonly maxObjects?: number;
  readonly promptSeed?: number;
  readonly latency?: boolean;
}

const supernet: OracleKind = {
  kind: 'supernet',
  where: 'MODEL_FOLDER',
  options: [
    dataOption('supernet: data set'),
    new Option('--split <split>', 'supernet: measured on').choices(['train', 'val']).default('val'),
    new Option('--images <number>', 'supernet: first images of the split (default: all)').argParser(readCount),
    new Option('--input-size <pixels>', "supernet: side of the square input (default: the model's)").argParser(
      readCount,
    ),
    new Option('--prompts <kind>', 'supernet: what is clicked or drawn')
      .choices(['box', 'point', 'both', 'random'])
      .default('both'),
    new Option('--mask <choice>', 'supernet: the single mask, the one of best predicted IoU or the best of three')
      .choices(['single', 'predicted', 'oracle'])
      .default('single'),
    new Option('--max-objects <number>', 'supernet: largest objects of an image that are scored')
      .argParser(readCount)
      .default(8),
    new Option('--prompt-seed <number>', 'supernet: fixes the prompts').argParser(readInteger).default(1),
    new Option('--min-area <pixels>', 'supernet: leave out objects of fewer pixels (default: 16)').argParser(parseArea),
    new Option('--strict', 'supernet: refuse a data set with broken images').default(false),
    new Option('--latency', 'supernet: measure latencyMs too').default(false),
  ],
  async open(folder, { space, options }) {
    const [
      { createSupernetOracle },
      { openDataset },
      { prepareEvaluation },
      { createEncoder, inputFormat },
      { readModel },
    ] = await Promise.all([
      import('../../supernet/oracle/supernet.js'),
      import('../../supernet/data/dataset.js'),
      import('../../supernet/method/evaluate.js'),
      import('../../supernet/model/description.js'),
      import('../../supernet/model/model-folder.js'),
    ]);
    const own = options as SupernetOptions;
    const { prompts = 'both', mask = 'single' } = own;
    const model = await readModel(folder);
    const encoder = createEncoder(model.description, own.inputSize);
    const dataset = await openDataset(own.data ?? NUCLEI, own.split ?? 'val', datasetOptions(own));
    const evaluation = await prepareEvaluation(dataset, {
      ...inputFormat(model.description, encoder.inputSize),
      prompts: prompts === 'both' ? ['box', 'point'] : [prompts],
      seed: own.promptSeed ?? 1,
      maxObjects: own.maxObjects ?? 8,
      ...(own.minArea === undefined ? {} : { minArea: own.minArea }),
    });
    const metric = { prompt: prompts, mask };
    const oracle = await createSupernetOracle({ model, encoder, evaluation, metric, latency: own.latency ?? false });
    try {
      oracle.checkSpace(space);
      return oracle;
    } catch (error) {
      await oracle.close?.();
      throw error;
    }
  },
};
export default supernet;

import { Option } from 'commander';
import { type DataCommandOptions, dataOption, readingOf } from '../dataset-options.js';
import type { OracleKind } from '../oracle-kind.js';
import { readCount, readSeed, readSize } from '../read-number.js';

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
      readSize,
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
    new Option('--prompt-seed <number>', 'supernet: fixes the prompts').argParser(readSeed).default(1),
    new Option('--min-area <pixels>', 'supernet: leave out objects of fewer pixels (default: 16)').argParser(readCount),
    new Option('--strict', 'supernet: refuse a data set with broken images').default(false),
    new Option('--latency', 'supernet: measure latencyMs too').default(false),
  ],
  async open(folder, { space, options }) {
    const { openSupernetOracle } = await import('../../supernet/chain/search.js');
    const own = options as SupernetOptions;
    const oracle = await openSupernetOracle(folder, { ...own, ...readingOf(own) });
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

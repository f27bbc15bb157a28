import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import { UsageError } from '../errors.js';
import { createSupernetOracle } from '../oracles/supernet.js';
import { createTableOracle } from '../oracles/table.js';
import { loadSpace } from '../plugins/load-space.js';
import { openDataset, type Split } from '../supernet/data/dataset.js';
import { type MaskChoice, prepareEvaluation } from '../supernet/data/evaluate.js';
import type { PromptKind } from '../supernet/data/prompts.js';
import { createEncoder } from '../supernet/description.js';
import { readModel } from '../supernet/model-folder.js';

export interface ProblemOptions {
  /** Space file, or the name of one in search-spaces/. */
  readonly space: string;
  /** `table:FILE.csv` or `supernet:MODEL_FOLDER`. */
  readonly oracle: string;
  readonly constraints: readonly string[];
  readonly data: string;
  readonly split: Split;
  readonly images?: number;
  readonly inputSize?: number;
  readonly prompts: readonly PromptKind[];
  readonly mask: MaskChoice;
  readonly maxObjects: number;
  readonly promptSeed: number;
  readonly latency: boolean;
}

export interface Problem {
  readonly space: SearchSpace;
  /** The caller closes it. */
  readonly oracle: Oracle;
}

const KINDS: { readonly [kind: string]: (where: string, options: ProblemOptions) => Promise<Problem> } = {
  async table(where, { space: file, constraints }) {
    const space = await loadSpace(file, { constraints });
    return { space, oracle: await createTableOracle(where, space) };
  },

  async supernet(where, options) {
    const model = await readModel(where);
    const encoder = createEncoder(model.description, options.inputSize);
    const limit = options.images === undefined ? {} : { limit: options.images };
    const { pixelMean, pixelStd } = model.description;
    const { prompts, promptSeed: seed, maxObjects, mask, latency, constraints } = options;
    const evaluation = await prepareEvaluation(await openDataset(options.data, options.split, limit), {
      ...{ inputSize: encoder.inputSize, pixelMean, pixelStd },
      ...{ prompts, seed, maxObjects },
    });
    const prompt = prompts.length > 1 ? 'both' : (prompts[0] as PromptKind);
    const oracle = await createSupernetOracle({ model, encoder, evaluation, metric: { prompt, mask }, latency });
    try {
      const analyze = oracle.analyze?.bind(oracle);
      const space = await loadSpace(options.space, { constraints, ...(analyze === undefined ? {} : { analyze }) });
      oracle.checkSpace(space);
      return { space, oracle };
    } catch (error) {
      await oracle.close?.();
      throw error;
    }
  },
};

/**
 * Opens what `--space` and `--oracle` name, constraints settled.
 *
 * @throws UsageError for an oracle of no known kind, and what reading the space, table, model or data throws.
 */
export async function openProblem(options: ProblemOptions): Promise<Problem> {
  const [kind = '', ...where] = options.oracle.split(':');
  const open = KINDS[kind];
  if (open === undefined || where.length === 0) {
    throw new UsageError(`cannot read --oracle "${options.oracle}"`, {
      remedy: 'write table:FILE.csv or supernet:MODEL_FOLDER',
    });
  }
  return open(where.join(':'), options);
}

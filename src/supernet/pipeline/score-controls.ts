import { existsSync } from 'node:fs';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { LongRunning } from '../../base/progress.js';
import type { Configuration } from '../../core/space.js';
import { InterruptedError } from '../../errors.js';
import type { Dataset } from '../data/dataset.js';
import { evaluateSubnets, type MaskChoice, prepareEvaluations } from '../method/evaluate.js';
import { parameterCount } from '../model/closed-form.js';
import { createEncoder, inputFormat } from '../model/description.js';
import { type Model, readModel } from '../model/model-folder.js';
import { subnetOf } from '../model/network.js';
import type { ReportRow } from '../report/report-model.js';
import type { Provider } from '../run-onnx/provider.js';
import { createOnnxSegmenter, TOGETHER_CACHE_MEGABYTES } from '../run-onnx/segmenter.js';
import { readJson, writeJson } from './stage.js';

/** One network of the table: a model folder, the subnet of it and the input size it is scored at. */
export interface Contestant {
  readonly name: string;
  readonly model: string;
  readonly configuration: Configuration;
  readonly inputSize: number;
}

export interface ScoringOptions extends LongRunning {
  readonly dataset: Dataset;
  readonly promptSeeds: readonly number[];
  readonly maxObjects: number;
  readonly fullParameters: number;
  readonly provider: Provider;
  /** Finished scores are kept here, one entry a (contestant, prompt seed), so that a stopped scoring goes on. */
  readonly path: string;
}

type Means = { readonly [prompt: string]: { readonly objects: number } & { readonly [mask in MaskChoice]: number } };

/** Subnets scored image by image, so that what begins alike runs once; a stopped scoring loses no more than these. */
const TOGETHER = 5;

const MASKS = ['single', 'predicted', 'oracle'] as const;

/** Scores every contestant over every prompt seed on one split and returns the report's rows. */
export async function scoreControls(contestants: readonly Contestant[], options: ScoringOptions): Promise<ReportRow[]> {
  const scores: Record<string, Means> = existsSync(options.path) ? await readJson(options.path) : {};
  const models = new Map<string, Model>();
  let done = 0;
  // By model and size, so that sessions and prepared images serve every subnet of one network.
  for (const [key, group] of groupBy(contestants, ({ model, inputSize }) => `${model}@${inputSize}`)) {
    const { model: folder, inputSize } = group[0] as Contestant;
    const missing = group.filter((contestant) =>
      options.promptSeeds.some((seed) => scores[entryKey(contestant, seed)] === undefined),
    );
    done += group.length - missing.length;
    if (missing.length === 0) continue;
    const model = models.get(folder) ?? (await readModel(folder));
    models.set(folder, model);
    const encoder = createEncoder(model.description, inputSize);
    const segmenter = await createOnnxSegmenter(model, encoder, {
      cacheMegabytes: missing.length === 1 ? 0 : TOGETHER_CACHE_MEGABYTES,
      provider: options.provider,
    });
    try {
      const sets = await prepareEvaluations(
        options.dataset,
        { ...inputFormat(model.description, inputSize), prompts: ['box', 'point'], maxObjects: options.maxObjects },
        options.promptSeeds,
      );
      for (let from = 0; from < missing.length; from += TOGETHER) {
        const some = missing.slice(from, from + TOGETHER);
        options.onProgress?.(done, contestants.length, some[0]?.name ?? '');
        const subnets = some.map(({ configuration }) => subnetOf(encoder, configuration));
        const results = await evaluateSubnets(segmenter, subnets, sets, {
          ...(options.signal && { signal: options.signal }),
        });
        for (const [which, contestant] of some.entries()) {
          for (const [i, seed] of options.promptSeeds.entries()) {
            scores[entryKey(contestant, seed)] = Object.fromEntries(
              Object.entries(results[which]?.[i] ?? {}).map(([prompt, { objects, single, predicted, oracle }]) => [
                prompt,
                { objects, single, predicted, oracle },
              ]),
            );
          }
        }
        await writeJson(options.path, scores);
        if (options.signal?.aborted) throw new InterruptedError();
        done += some.length;
      }
    } finally {
      await segmenter.close();
    }
    options.onProgress?.(done, contestants.length, key);
  }
  const rows: ReportRow[] = [];
  for (const contestant of contestants) {
    const model = models.get(contestant.model) ?? (await readModel(contestant.model));
    models.set(contestant.model, model);
    const encoder = createEncoder(model.description, contestant.inputSize);
    const encoderParameters = parameterCount(encoder, subnetOf(encoder, contestant.configuration));
    const seeds = options.promptSeeds.map((seed) => scores[entryKey(contestant, seed)] as Means);
    for (const prompt of ['box', 'point'] as const) {
      for (const mask of MASKS) {
        const values = seeds.map((means) => means[prompt]?.[mask] ?? 0);
        rows.push({
          name: contestant.name,
          configuration: Object.keys(contestant.configuration).length === 0 ? null : contestant.configuration,
          encoderParameters,
          reduction: 1 - encoderParameters / options.fullParameters,
          inputSize: contestant.inputSize,
          split: options.dataset.split,
          prompt,
          mask,
          meanIou: mean(values),
          spread: values.length > 1 ? sampleStandardDeviation(values) : 0,
          bySeed: values,
          objects: seeds[0]?.[prompt]?.objects ?? 0,
          seeds: [...options.promptSeeds],
        });
      }
    }
  }
  return rows;
}

const entryKey = ({ name, model, inputSize, configuration }: Contestant, seed: number): string =>
  JSON.stringify([name, model, inputSize, configuration, seed]);

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../base/package-root.js';
import type { SearchSpace } from '../../core/space.js';
import type { DataError } from '../../errors.js';
import { readSpace } from '../../plugins/load-space.js';
import { compileSpace } from '../../search-space/compile-space.js';
import type { SpaceDefinition } from '../../search-space/definition.js';
import { type Dataset, openDataset, type Split } from '../data/dataset.js';
import type { PromptKind } from '../data/prompts.js';
import { type EvaluationSet, prepareEvaluations } from '../method/evaluate.js';
import { closedForms } from '../model/closed-form.js';
import { createEncoder, inputFormat } from '../model/description.js';
import { type Model, readModel } from '../model/model-folder.js';
import { type Encoder, subnetOf } from '../model/network.js';
import { checkSpace } from '../oracle/check-parameters.js';

/** The data set that comes with the package, wherever it is used from. */
export const NUCLEI = fileURLToPath(new URL('data/dsb2018-nuclei', packageRoot));

/** A model as `readModel` gives it, or its folder. */
export type ModelSource = Model | string;

/** Which images a link of the chain looks at. */
export interface DataOptions {
  /** Folder of any known format. Default: the nuclei of the package. */
  readonly data?: string | undefined;
  /** First images of the split. Default: all, or what the link says. */
  readonly images?: number | undefined;
  /** Objects of fewer pixels are left out. */
  readonly minArea?: number | undefined;
  /** Masks that are colour pictures are read: every colour is an object, black is background. */
  readonly maskColours?: boolean | undefined;
  /** Told of every image that is left out because it cannot be used; without it such an image is an error. */
  readonly onSkip?: ((fault: DataError) => void) | undefined;
  /** Told of what was done to a picture that its owner may not expect. */
  readonly onNote?: ((message: string) => void) | undefined;
}

/** How a network is scored. */
export interface ScoringOptions extends DataOptions {
  readonly split?: Split | undefined;
  /** Default box and point. */
  readonly prompts?: readonly PromptKind[] | undefined;
  /** Pixels along one side of the square input. Default: the model's. */
  readonly inputSize?: number | undefined;
  /** Largest objects of an image that are scored. Default 8. */
  readonly maxObjects?: number | undefined;
  /** Fixes the prompts. Default 1. */
  readonly seed?: number | undefined;
}

export const openModel = async (source: ModelSource): Promise<Model> =>
  typeof source === 'string' ? readModel(source) : source;

/** One split. Its images keep small objects: what trains or scores has its own least area. */
export const openSplit = (
  { data = NUCLEI, images, maskColours, onSkip, onNote }: DataOptions,
  split: Split,
  minArea?: number,
): Promise<Dataset> =>
  openDataset(data, split, {
    ...(images !== undefined && { limit: images }),
    ...(minArea !== undefined && { minArea }),
    ...(maskColours !== undefined && { maskColours }),
    ...(onSkip !== undefined && { onSkip }),
    ...(onNote !== undefined && { onNote }),
  });

export interface OpenScoring {
  readonly encoder: Encoder;
  /** One a seed, of the same images. */
  readonly sets: readonly [EvaluationSet, ...EvaluationSet[]];
}

/** The encoder at the size asked for, and images and prompts to score it on. */
export async function openScoring(
  { description }: Model,
  options: ScoringOptions & { readonly split: Split },
  seeds: readonly number[] = [options.seed ?? 1],
): Promise<OpenScoring> {
  const { split, prompts = ['box', 'point'], maxObjects = 8, minArea } = options;
  const encoder = createEncoder(description, options.inputSize);
  const dataset = await openSplit(options, split);
  const sets = await prepareEvaluations(
    dataset,
    {
      ...{ ...inputFormat(description, encoder.inputSize), prompts, maxObjects },
      ...(minArea !== undefined && { minArea }),
    },
    seeds,
  );
  return { encoder, sets: sets as [EvaluationSet, ...EvaluationSet[]] };
}

/** A compiled space, what a space file holds, or the name or path of one. */
export type SpaceSource = SearchSpace | SpaceDefinition | string;

/**
 * The space compiled for an encoder, whose closed forms its constraints may read.
 * @throws SpaceError for a parameter that the encoder does not have
 */
export async function openSpace(source: SpaceSource, encoder: Encoder): Promise<SearchSpace> {
  const space = typeof source !== 'string' && 'canonical' in source ? source : await compile(source, encoder);
  checkSpace(encoder, space);
  return space;
}

const compile = async (source: SpaceDefinition | string, encoder: Encoder): Promise<SearchSpace> =>
  compileSpace(typeof source === 'string' ? await readSpace(source) : source, {
    analyze: (configuration) => closedForms(encoder, subnetOf(encoder, configuration)),
  });

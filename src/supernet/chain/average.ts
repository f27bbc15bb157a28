import { average as averageOf } from '../method/average.js';
import { type Model, writeModel } from '../model/model-folder.js';
import { type ModelSource, openModel } from './inputs.js';

export interface AverageOptions {
  /** Model folder to write. */
  readonly output: string;
}

/**
 * Writes the mean of networks that were trained from the same weights.
 * @throws ModelError for fewer than two, and for networks that have no common start
 */
export async function average(sources: readonly ModelSource[], { output }: AverageOptions): Promise<Model> {
  const models: Model[] = [];
  for (const source of sources) models.push(await openModel(source));
  return writeModel(output, averageOf(models));
}

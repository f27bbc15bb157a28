import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import { SpaceError, UsageError } from '../../errors.js';
import { isPrioritization } from '../method/prioritize.js';
import type { Encoder } from '../model/network.js';
import type { TrainingOptions } from './training-options.js';

/** Keeps what a training was begun with in its output folder. Throws `UsageError` when it was begun with other settings. */
export const keepSettings = (options: TrainingOptions): Promise<void> =>
  keepSettingsIn(options.output, settingsOf(options));

/**
 * @throws SpaceError for a parameter of the stem, which training leaves whole: its subnets would never be trained; UsageError for
 *   settings that exclude each other
 */
export function checkSettings(options: TrainingOptions, encoder: Encoder): void {
  checkStem(options, encoder);
  if (options.distill && options.sandwich === 'sequential') {
    throw new UsageError('in-place distillation needs the masks of the largest subnet before any step is taken', {
      remedy: 'train with --sandwich accumulated, or without --distill',
    });
  }
  if (options.prioritizeEvery > 0) checkReordering(options);
}

function checkReordering({ model, trainable }: TrainingOptions): void {
  const kind = model.description.supernet?.prioritization;
  if (!isPrioritization(kind) || kind === 'none') {
    throw new UsageError('hidden units can be sorted anew only in a model that was prioritized', {
      remedy: 'run `supersam prioritize` first, or train without --prioritize-every',
    });
  }
  if (trainable === 'decoder') {
    throw new UsageError('hidden units keep their order while the encoder is frozen', {
      remedy: 'train without --prioritize-every, or with --trainable both',
    });
  }
}

function checkStem({ space, mode }: TrainingOptions, encoder: Encoder): void {
  if (mode === 'full-only') return;
  const frozen = encoder.pieces.slice(0, encoder.stemLength).flatMap(({ gate, width }) => [gate, width]);
  const wrong = space.parameters.find(({ name }) => frozen.includes(name));
  if (wrong === undefined) return;
  throw new SpaceError('SPACE_FROZEN', `space "${space.name}" varies "${wrong.name}", which training leaves as it is`, {
    remedy: 'take the parameter out of the space file',
  });
}

/** Everything that a result follows from. What is not an input or a matter of machine and place is taken by name. */
function settingsOf(options: TrainingOptions): Settings {
  const { model, space, dataset, validation, backend, augmentations, output, checkpointEvery, workers, ...recipe } =
    options;
  return {
    ...recipe,
    augmentations: augmentations.join(','),
    backend: backend.name,
    model: model.sha256,
    space: space.hash,
    data: dataset.hash,
    validation: validation.hash,
  };
}

export interface Settings {
  readonly [name: string]: string | number | boolean;
}

/**
 * Keeps what a training was begun with in `training.json` beside its checkpoint, since going on with anything else would give
 * a result that no seed repeats.
 * @throws UsageError naming the first setting that differs from those the output folder was begun with
 */
export async function keepSettingsIn(folder: string, settings: Settings): Promise<void> {
  const path = join(folder, 'training.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return writeAtomically(path, `${JSON.stringify(settings, null, 2)}\n`);
  const begun = parse(text, path);
  const changed = Object.entries(settings).find(([name, value]) => begun[name] !== value);
  if (changed === undefined) return;
  const [name, value] = changed;
  const before = Object.hasOwn(begun, name) ? `with ${name} ${begun[name]}` : `by a release without ${name}`;
  throw new UsageError(`${folder} was begun ${before}, not ${value}`, {
    remedy: 'go on with the settings in its training.json, or choose another output folder',
  });
}

function parse(text: string, path: string): { readonly [name: string]: unknown } {
  try {
    return JSON.parse(text) as { readonly [name: string]: unknown };
  } catch (cause) {
    throw new UsageError(`${path} is not JSON`, { remedy: 'remove the output folder or choose another', cause });
  }
}

import type { NetworkDescription } from './description.js';
import { encoderSpec } from './encoder-families.js';
import { tinyVit5m } from './networks/tinyvit.js';
import { efficientSam, samVit } from './networks/vit-spec.js';

/** Published architectures by name. */
const encoders = {
  'vit-b': samVit('vit-b'),
  'vit-l': samVit('vit-l'),
  'vit-h': samVit('vit-h'),
  'efficientsam-ti': efficientSam('efficientsam-ti'),
  'efficientsam-s': efficientSam('efficientsam-s'),
  mobilesam: tinyVit5m,
} as const;

export type ArchitectureName = keyof typeof encoders;

export const architectureNames = Object.keys(encoders) as readonly ArchitectureName[];

export const isArchitectureName = (name: string): name is ArchitectureName => Object.hasOwn(encoders, name);

/** The description of a published architecture at the input size it was published for, without weights. */
export function architecture(name: ArchitectureName): NetworkDescription {
  const spec = encoders[name];
  return {
    format: 1,
    name,
    inputSize: 1024,
    // EfficientSAM states the same numbers on a scale of 0 to 1.
    pixelMean: [123.675, 116.28, 103.53],
    pixelStd: [58.395, 57.12, 57.375],
    ...(spec.family === 'efficientsam' && { resize: 'squash' }),
    encoder: encoderSpec.parse(spec),
    source: { description: 'the architecture alone, without weights' },
  };
}

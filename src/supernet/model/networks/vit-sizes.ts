import type { EfficientSamSpec, SamVitSpec } from './vit-spec.js';

interface Size {
  readonly channels: number;
  readonly depth: number;
  readonly heads: number;
}

/** Published sizes of SAM's encoders; `globalLayers` attend over the whole map. */
const samSizes = {
  'vit-b': { channels: 768, depth: 12, heads: 12, globalLayers: [2, 5, 8, 11] },
  'vit-l': { channels: 1024, depth: 24, heads: 16, globalLayers: [5, 11, 17, 23] },
  'vit-h': { channels: 1280, depth: 32, heads: 16, globalLayers: [7, 15, 23, 31] },
} as const satisfies { readonly [name: string]: Size & { readonly globalLayers: readonly number[] } };

const efficientSizes = {
  'efficientsam-ti': { channels: 192, depth: 12, heads: 3 },
  'efficientsam-s': { channels: 384, depth: 12, heads: 6 },
} as const satisfies { readonly [name: string]: Size };

const WINDOW = 14;
const MLP_RATIO = 4;

export const samVit = (name: keyof typeof samSizes): SamVitSpec => {
  const { channels, depth, heads, globalLayers } = samSizes[name];
  const global: readonly number[] = globalLayers;
  return {
    family: 'sam-vit',
    channels,
    headChannels: channels / heads,
    patch: 16,
    positionGrid: 64,
    layers: Array.from({ length: depth }, (_, i) => ({
      heads,
      mlpWidth: MLP_RATIO * channels,
      window: global.includes(i) ? 0 : WINDOW,
    })),
    neckChannels: 256,
  };
};

export const efficientSam = (name: keyof typeof efficientSizes): EfficientSamSpec => {
  const { channels, depth, heads } = efficientSizes[name];
  return {
    family: 'efficientsam',
    channels,
    headChannels: channels / heads,
    patch: 16,
    positionGrid: 14,
    layers: Array.from({ length: depth }, () => ({ heads, mlpWidth: MLP_RATIO * channels })),
    neckChannels: 256,
  };
};

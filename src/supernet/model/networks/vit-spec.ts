import type { ActiveSize } from '../network.js';

/** One layer of a plain vision transformer. A size of 0 is a branch that is not there, as in an extracted subnet. */
export interface VitLayer {
  readonly heads: number;
  readonly mlpWidth: number;
}

/** What the plain vision transformers have in common: patches, positions, pre-norm layers, SAM's neck. */
export interface VitSizes {
  /** Channels of a token. */
  readonly channels: number;
  /** Channels of an attention head. */
  readonly headChannels: number;
  /** Pixels along one side of a patch. */
  readonly patch: number;
  /** Tokens along one side of the stored position table, interpolated for other input sizes. */
  readonly positionGrid: number;
  readonly neckChannels: number;
}

/**
 * The image encoder of SAM (Kirillov et al., 2023), after ViTDet (Li et al., 2022): attention in windows, in a few layers
 * over the whole map, with decomposed relative positions.
 */
export interface SamVitSpec extends VitSizes {
  readonly family: 'sam-vit';
  /** `window`: tokens along one side; 0 attends over the whole map. */
  readonly layers: readonly (VitLayer & { readonly window: number })[];
}

/** The image encoder of EfficientSAM (Xiong et al., 2023): attends over the whole map, without relative positions. */
export interface EfficientSamSpec extends VitSizes {
  readonly family: 'efficientsam';
  readonly layers: readonly VitLayer[];
}

/** The spec of the stand-alone network that a subnet is: layers without any branch are gone. */
export function shrinkVit<Spec extends { readonly layers: readonly VitLayer[] }>(spec: Spec, active: ActiveSize): Spec {
  return { ...spec, layers: shrunken(spec, active).filter(isThere) };
}

/** The name a tensor of a kept layer has in the stand-alone network, whose layers are counted without those that are gone. */
export function renumberVit(
  spec: { readonly layers: readonly VitLayer[] },
  active: ActiveSize,
  tensor: string,
): string {
  const kept = shrunken(spec, active).map(isThere);
  return tensor.replace(/^(image_encoder\.blocks\.)(\d+)/, (_, prefix: string, layer: string) => {
    return `${prefix}${kept.slice(0, Number(layer)).filter(Boolean).length}`;
  });
}

const shrunken = ({ layers }: { readonly layers: readonly VitLayer[] }, active: ActiveSize): VitLayer[] =>
  layers.map((layer, i) => ({
    ...layer,
    heads: active(`layer${i}.attention`) ?? 0,
    mlpWidth: active(`layer${i}.mlp`) ?? 0,
  }));

const isThere = ({ heads, mlpWidth }: VitLayer): boolean => heads > 0 || mlpWidth > 0;

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

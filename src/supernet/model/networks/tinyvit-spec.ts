/**
 * Sizes of a TinyViT encoder as MobileSAM lays it out. An extracted subnet is the same spec with smaller numbers:
 * a hidden width of 0 and `attention: false` are branches that are not there, `heads` those an attention has left.
 */
export interface TinyVitSpec {
  readonly family: 'tinyvit';
  /** Output channels of the two stride-2 convolutions of the patch embedding. */
  readonly patchChannels: readonly [number, number];
  /** Hidden channels of each MBConv block of stage 0. */
  readonly mbconvHidden: readonly number[];
  /** The transformer stages; a merging of `stride` before each changes the channels to `dimension`. */
  readonly stages: readonly TinyVitStage[];
  readonly neckChannels: number;
}

export interface TinyVitStage {
  readonly dimension: number;
  /** Heads of a whole attention, `dimension / heads` channels each. */
  readonly heads: number;
  readonly window: number;
  readonly stride: 1 | 2;
  readonly blocks: readonly TinyVitBlock[];
}

export interface TinyVitBlock {
  readonly attention: boolean;
  /** Where they are fewer than the stage's. */
  readonly heads?: number;
  readonly mlpWidth: number;
}

const blocks = (count: number, dimension: number) =>
  Array.from({ length: count }, () => ({ attention: true, mlpWidth: 4 * dimension }));

/** TinyViT-5M (Wu et al., 2022) in the MobileSAM layout (Zhang et al., 2023): stride 1 before the last stage. */
export const tinyVit5m: TinyVitSpec = {
  family: 'tinyvit',
  patchChannels: [32, 64],
  mbconvHidden: [256, 256],
  stages: [
    { dimension: 128, heads: 4, window: 7, stride: 2, blocks: blocks(2, 128) },
    { dimension: 160, heads: 5, window: 14, stride: 2, blocks: blocks(6, 160) },
    { dimension: 320, heads: 10, window: 7, stride: 1, blocks: blocks(2, 320) },
  ],
  neckChannels: 256,
};

/** The spec of the stand-alone network that a subnet is; `active` gives a piece's active size, undefined if it is not there. */
export function shrinkTinyVit<Spec extends TinyVitSpec>(spec: Spec, active: (piece: string) => number | undefined) {
  return {
    ...spec,
    mbconvHidden: spec.mbconvHidden.map((hidden, i) => (active(`stage0.block${i}`) ? hidden : 0)),
    stages: spec.stages.map((stage, index) => ({
      ...stage,
      blocks: stage.blocks.map((_, block) => {
        const heads = active(`stage${index + 1}.block${block}.attention`) ?? 0;
        return {
          attention: heads > 0,
          ...(heads > 0 && heads < stage.heads && { heads }),
          mlpWidth: active(`stage${index + 1}.block${block}.mlp`) ?? 0,
        };
      }),
    })),
  };
}

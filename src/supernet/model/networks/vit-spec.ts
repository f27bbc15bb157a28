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

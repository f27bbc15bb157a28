/** Channels of tokens and image embedding in every SAM decoder. */
export const DECODER_CHANNELS = 256;
/** Masks a prompt: the single mask first, then the three of the multimask output. */
export const MASK_TOKENS = 4;
/** Layers of the two-way transformer. */
export const DECODER_DEPTH = 2;
/** Hidden channels of its MLPs. */
export const DECODER_MLP = 2048;

import type { Metadata, Sharp } from 'sharp';

/** The numbers of a picture, `[height, width, channels]`. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: ArrayLike<number>;
}

/** What has to be added to signed numbers of 8 and 16 bits to keep them through a pipeline of unsigned ones. */
const SHIFTS: { readonly [depth: string]: number } = { char: 2 ** 7, short: 2 ** 15 };

/** Said of a picture of floats of 16 bits. */
export const HALF_FLOATS = 'its numbers are floats of 16 bits';

/** A picture's numbers as its file has them, where the picture library would bring them to 8 bits or cut off what is negative. */
export async function storedSamples(
  picture: Sharp,
  { depth = 'uchar', channels = 1, space }: Pick<Metadata, 'depth' | 'channels' | 'space'>,
): Promise<Samples> {
  const shift = SHIFTS[depth] ?? 0;
  if (shift > 0) picture.linear(1, shift);
  const isGrey = channels < 3;
  // The picture library takes these for whole numbers.
  if (depth === 'float' && space?.endsWith('16')) throw new Error(HALF_FLOATS);
  if (depth.endsWith('short')) picture.toColourspace(isGrey ? 'grey16' : 'rgb16');
  else picture.toColourspace(isGrey ? 'b-w' : 'srgb');
  const { data, info } = await picture.raw({ depth: 'double' }).toBuffer({ resolveWithObject: true });
  const samples = new Float64Array(data.buffer, data.byteOffset, data.byteLength / 8);
  return {
    width: info.width,
    height: info.height,
    channels: info.channels,
    samples: shift === 0 ? samples : samples.map((value) => value - shift),
  };
}

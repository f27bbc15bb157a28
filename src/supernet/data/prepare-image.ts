import sharp from 'sharp';
import { contentSize, type InputFormat, type PreparedImage } from '../model/segmentation.js';
import type { LabelledImage } from './labelled-image.js';

type Picture = Pick<LabelledImage, 'name' | 'width' | 'height' | 'rgb'>;

/**
 * SAM's preprocessing: the long side resized to the input size (bilinear), normalised, zeros at the bottom and right; or
 * EfficientSAM's, which resizes both sides to the input's.
 */
export async function prepareImage(image: Picture, format: InputFormat): Promise<PreparedImage> {
  const { inputSize } = format;
  const [contentWidth, contentHeight] =
    format.resize === 'squash' ? [inputSize, inputSize] : contentSize(image.width, image.height, inputSize);
  const raw = { width: image.width, height: image.height, channels: 3 as const };
  const resized =
    contentWidth === image.width && contentHeight === image.height
      ? image.rgb
      : await sharp(image.rgb, { raw })
          .resize(contentWidth, contentHeight, { fit: 'fill', kernel: 'linear' })
          .raw()
          .toBuffer();
  const pixels = new Float32Array(inputSize * inputSize * 3);
  for (let y = 0; y < contentHeight; y++) {
    for (let i = 0; i < contentWidth * 3; i++) {
      const channel = i % 3;
      const value = resized[y * contentWidth * 3 + i] as number;
      pixels[y * inputSize * 3 + i] =
        (value - (format.pixelMean[channel] as number)) / (format.pixelStd[channel] as number);
    }
  }
  return {
    name: image.name,
    originalWidth: image.width,
    originalHeight: image.height,
    inputSize,
    contentWidth,
    contentHeight,
    pixels,
  };
}

import { type Dataset, loadOrSkip } from '../data/dataset.js';
import { prepareImage } from '../data/prepare-image.js';
import type { InputFormat, PreparedImage } from '../model/segmentation.js';

/** Training images that hidden units are sorted by. */
export const CALIBRATION_IMAGES = 16;

/** The first images of a data set that can be used, ready for the network. */
export async function calibrationImages(
  dataset: Dataset,
  format: InputFormat,
  most = Number.POSITIVE_INFINITY,
): Promise<PreparedImage[]> {
  const images: PreparedImage[] = [];
  for (const name of dataset.names.slice(0, most)) {
    const image = await loadOrSkip(dataset, name);
    if (image !== undefined) images.push(await prepareImage(image, format));
  }
  return images;
}

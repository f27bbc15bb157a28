import { performance } from 'node:perf_hooks';
import { median } from 'simple-statistics';
import type { Subnet } from '../model/network.js';
import type { PreparedImage, Segmenter } from '../model/segmentation.js';

const REPEATS = 5;

/**
 * Milliseconds of one image through the encoder: the median of five runs after one to warm up. The segmenter must not
 * cache activations, else later runs measure the cache.
 */
export async function measureLatency(segmenter: Segmenter, subnet: Subnet, image: PreparedImage): Promise<number> {
  await segmenter.embed([image], subnet);
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    await segmenter.embed([image], subnet);
    times.push(performance.now() - start);
  }
  return median(times);
}

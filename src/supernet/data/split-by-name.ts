import { createHash } from 'node:crypto';
import type { Split } from './dataset-format.js';

/** 70 / 10 / 20 by a hash of the name: the same split everywhere, whatever other images are there. */
export function splitByName(name: string): Split {
  const share = createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32;
  return share < 0.7 ? 'train' : share < 0.8 ? 'val' : 'test';
}

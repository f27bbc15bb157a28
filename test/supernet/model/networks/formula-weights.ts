import type { Weights } from '../../../../src/supernet/model/network.js';

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** `noise` of test/assets/vit-parity.py: uniform numbers of variance 1 from the name and the position. */
export function noise(name: string, shape: readonly number[]): Float32Array {
  let seed = 2166136261;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 16777619) >>> 0;
  const numbers = new Float32Array(product(shape));
  for (let i = 0; i < numbers.length; i++) {
    let x = (seed + Math.imul(i, 0x9e3779b9)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
    x = (x ^ (x >>> 16)) >>> 0;
    numbers[i] = (2 * (x / 2 ** 32) - 1) * Math.sqrt(3);
  }
  return numbers;
}

/** `weight` of test/assets/vit-parity.py for every tensor of a network. */
export const formulaWeights = (shapes: ReadonlyMap<string, readonly number[]>): Weights =>
  new Map([...shapes].map(([name, shape]) => [name, { shape, data: weight(name, shape) }]));

function weight(name: string, shape: readonly number[]): Float32Array {
  const z = noise(name, shape);
  if (name.endsWith('.bias')) return z.map((value) => 0.1 * value);
  if (shape.length === 1) return z.map((value) => 1 + 0.2 * value);
  if (name.includes('rel_pos') || name.includes('pos_embed')) return z.map((value) => 0.5 * value);
  if (name.endsWith('gaussian_matrix')) return z;
  return z.map((value) => value / Math.sqrt(product(shape.slice(1))));
}

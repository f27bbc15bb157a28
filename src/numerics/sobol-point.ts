import joeKuo from './joe-kuo.json' with { type: 'json' };

const BITS = 32;
const AXES = 1024;

/**
 * A point of the Sobol sequence in [0, 1)^dimension, in Gray-code order (Sobol, 1967; Antonov and Saleev, 1979) with the
 * direction numbers of Joe and Kuo (2008). With a `scramble`, a whole number from 0 to 2^32 - 1, every axis is scrambled
 * in Owen's nested way (Owen, 1995) by the hash of Laine and Karras (2011) with the constants of Burley (2020). The
 * table ends at 1,024 axes: beyond, its axes are used again with another scramble and order (Burley's padding).
 *
 * @param index from 0 on; the first 2^m points are stratified to 2^m cells in every way that Sobol points are.
 * @throws RangeError for an index outside 0 to 2^32 - 1, or more than 1,024 axes without a scramble.
 */
export function sobolPoint(index: number, dimension: number, scramble?: number): number[] {
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** BITS) throw new RangeError(`no Sobol point ${index}`);
  if (scramble === undefined && dimension > AXES) throw new RangeError(`unscrambled Sobol points have ${AXES} axes`);
  return Array.from({ length: dimension }, (_, axis) => {
    if (scramble === undefined) return coordinate(index, axis) / 2 ** BITS;
    const copy = Math.floor(axis / AXES);
    const own = copy === 0 ? index : owenScramble(index, mix(scramble, -copy));
    return owenScramble(coordinate(own, axis % AXES), mix(scramble, axis)) / 2 ** BITS;
  });
}

function coordinate(index: number, axis: number): number {
  const directions = directionsOf(axis);
  let bits = 0;
  let gray = (index ^ (index >>> 1)) >>> 0;
  for (let bit = 0; gray !== 0; bit++, gray >>>= 1) if ((gray & 1) === 1) bits ^= directions[bit] as number;
  return bits >>> 0;
}

const rows = joeKuo.rows.split('\n');
const known = new Map<number, readonly number[]>();

/** The direction numbers of an axis, the most significant bit first, by the recurrence of its polynomial. */
function directionsOf(axis: number): readonly number[] {
  const found = known.get(axis);
  if (found !== undefined) return found;
  const [degree = 0, coefficients = 0, ...initial] =
    axis === 0 ? [] : (rows[axis - 1] as string).split(' ').map(Number);
  const directions: number[] = [];
  for (let bit = 0; bit < BITS; bit++) {
    if (axis === 0 || bit < degree) {
      directions.push(((axis === 0 ? 1 : (initial[bit] as number)) << (BITS - 1 - bit)) >>> 0);
      continue;
    }
    const base = directions[bit - degree] as number;
    let direction = base ^ (base >>> degree);
    for (let k = 1; k < degree; k++) {
      if (((coefficients >>> (degree - 1 - k)) & 1) === 1) direction ^= directions[bit - k] as number;
    }
    directions.push(direction >>> 0);
  }
  known.set(axis, directions);
  return directions;
}

/** Flips every bit by a hash of the seed and of the bits above it. */
function owenScramble(bits: number, seed: number): number {
  let x = (reverse(bits) + seed) >>> 0;
  for (const factor of [0x6c50b47c, 0xb82f1e52, 0xc7afe638, 0x8d22f6e6]) x = (x ^ Math.imul(x, factor)) >>> 0;
  return reverse(x);
}

function reverse(bits: number): number {
  let x = bits;
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return ((x >>> 16) | (x << 16)) >>> 0;
}

/** A seed of its own for every stream (the finalizer of MurmurHash3; Appleby, 2011). */
function mix(seed: number, stream: number): number {
  let x = (seed + Math.imul(stream + 1, 0x9e3779b9)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

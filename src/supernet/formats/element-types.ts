import { endianness } from 'node:os';
import { ModelError } from '../../errors.js';

/** The value of an IEEE 754 binary16 number. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The value of a bfloat16 number, which is the upper half of a float32. */
export function fromBfloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** How the elements of one kind of PyTorch storage lie in a file: always little-endian. */
export interface ElementType {
  /** `torch.FloatStorage` … */
  readonly name: string;
  readonly bytes: number;
  readonly element: (view: DataView, at: number) => number;
}

const types: readonly ElementType[] = [
  { name: 'torch.FloatStorage', bytes: 4, element: (view, at) => view.getFloat32(at, true) },
  { name: 'torch.DoubleStorage', bytes: 8, element: (view, at) => view.getFloat64(at, true) },
  { name: 'torch.HalfStorage', bytes: 2, element: (view, at) => fromHalf(view.getUint16(at, true)) },
  { name: 'torch.BFloat16Storage', bytes: 2, element: (view, at) => fromBfloat(view.getUint16(at, true)) },
  { name: 'torch.LongStorage', bytes: 8, element: (view, at) => exact(Number(view.getBigInt64(at, true))) },
  { name: 'torch.IntStorage', bytes: 4, element: (view, at) => exact(view.getInt32(at, true)) },
  { name: 'torch.ShortStorage', bytes: 2, element: (view, at) => view.getInt16(at, true) },
  { name: 'torch.CharStorage', bytes: 1, element: (view, at) => view.getInt8(at) },
  { name: 'torch.ByteStorage', bytes: 1, element: (view, at) => view.getUint8(at) },
  { name: 'torch.BoolStorage', bytes: 1, element: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
];

const byName = new Map(types.map((type) => [type.name, type]));

export const elementType = (name: string): ElementType | undefined => byName.get(name);

/** The elements of a storage (or of a part of one), brought to float32. */
export function decodeElements(bytes: Uint8Array<ArrayBuffer>, type: ElementType): Float32Array {
  if (type.name === 'torch.FloatStorage' && endianness() === 'LE' && bytes.byteOffset % 4 === 0) {
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / type.bytes }, (_, i) => type.element(view, i * type.bytes));
}

function exact(integer: number): number {
  if (Math.fround(integer) !== integer)
    throw new ModelError('MODEL_CHECKPOINT', `the integer ${integer} has no exact float32 value`);
  return integer;
}

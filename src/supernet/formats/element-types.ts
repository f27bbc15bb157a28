import { endianness } from 'node:os';
import { ModelError } from '../../errors.js';

/** The value of an IEEE 754 binary16 number. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The nearest binary16 number's bits, ties to even; what is too large for it becomes infinite. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Below 2^-14 steps are 2^-24 wide, and one more binade of them each time after.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const scaled = size / 2 ** (exponent - 10);
  const whole = Math.floor(scaled);
  const rest = scaled - whole;
  const steps = whole + (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? 1 : 0);
  // A fraction that overflows runs on into the exponent, which is the next number.
  return sign | (((exponent + 14) << 10) + steps);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The value of a bfloat16 number, which is the upper half of a float32. */
function fromBfloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** How the elements of one kind of tensor lie in a file: always little-endian. */
export interface ElementType {
  /** PyTorch's name of the storage (`torch.FloatStorage` …), where it has one. */
  readonly storage?: string;
  /** safetensors' name of the type. */
  readonly dtype: string;
  readonly bytes: number;
  readonly element: (view: DataView, at: number) => number;
}

const types: readonly ElementType[] = [
  { storage: 'torch.FloatStorage', dtype: 'F32', bytes: 4, element: (view, at) => view.getFloat32(at, true) },
  { storage: 'torch.DoubleStorage', dtype: 'F64', bytes: 8, element: (view, at) => view.getFloat64(at, true) },
  { storage: 'torch.HalfStorage', dtype: 'F16', bytes: 2, element: (view, at) => fromHalf(view.getUint16(at, true)) },
  {
    ...{ storage: 'torch.BFloat16Storage', dtype: 'BF16', bytes: 2 },
    element: (view, at) => fromBfloat(view.getUint16(at, true)),
  },
  {
    ...{ storage: 'torch.LongStorage', dtype: 'I64', bytes: 8 },
    element: (view, at) => exact(Number(view.getBigInt64(at, true))),
  },
  { storage: 'torch.IntStorage', dtype: 'I32', bytes: 4, element: (view, at) => exact(view.getInt32(at, true)) },
  { storage: 'torch.ShortStorage', dtype: 'I16', bytes: 2, element: (view, at) => view.getInt16(at, true) },
  { storage: 'torch.CharStorage', dtype: 'I8', bytes: 1, element: (view, at) => view.getInt8(at) },
  { storage: 'torch.ByteStorage', dtype: 'U8', bytes: 1, element: (view, at) => view.getUint8(at) },
  { storage: 'torch.BoolStorage', dtype: 'BOOL', bytes: 1, element: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  { dtype: 'U16', bytes: 2, element: (view, at) => view.getUint16(at, true) },
  { dtype: 'U32', bytes: 4, element: (view, at) => exact(view.getUint32(at, true)) },
  { dtype: 'U64', bytes: 8, element: (view, at) => exact(Number(view.getBigUint64(at, true))) },
];

const byName = new Map(
  types.flatMap((type) => [type.dtype, type.storage ?? type.dtype].map((name) => [name, type] as const)),
);

/** By PyTorch's name of the storage or safetensors' of the type. */
export const elementType = (name: string): ElementType | undefined => byName.get(name);

export const dtypes: readonly string[] = types.map(({ dtype }) => dtype);

/** The elements of a tensor or storage (or of a part of one), brought to float32. */
export function decodeElements(bytes: Uint8Array<ArrayBuffer>, type: ElementType): Float32Array {
  if (type.dtype === 'F32' && endianness() === 'LE' && bytes.byteOffset % 4 === 0) {
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / type.bytes }, (_, i) => type.element(view, i * type.bytes));
}

function exact(integer: number): number {
  if (Math.fround(integer) !== integer)
    throw new ModelError('MODEL_CHECKPOINT', `the integer ${integer} has no exact float32 value`, {
      remedy: 'integers are no weights: save the checkpoint without this tensor',
    });
  return integer;
}

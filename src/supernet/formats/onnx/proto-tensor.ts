import { ModelError } from '../../../errors.js';

export type OnnxElementType = 'float32' | 'float16' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool' | 'float64';

/** `data` is row-major and owned by nobody else; bool is one byte an element, float16 its bits. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxElementType;
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint16Array | Uint8Array | Int8Array | Int32Array | BigInt64Array | Float64Array;
}

/** The protobuf message. */
export interface WireTensor {
  readonly name?: string;
  readonly dims: readonly number[];
  readonly dataType?: number;
  readonly rawData?: Uint8Array;
  readonly floatData?: readonly number[];
  readonly int32Data?: readonly number[];
  readonly int64Data?: readonly number[];
  readonly doubleData?: readonly number[];
  readonly dataLocation?: number;
}

/** Reads both ways of holding values, raw bytes (little-endian) and typed lists. */
export function fromWireTensor(wire: WireTensor): OnnxTensor {
  const name = wire.name ?? '';
  const type = typeOfCode(wire.dataType ?? 0, name);
  if ((wire.dataLocation ?? 0) !== 0) {
    throw new ModelError('MODEL_ONNX', `tensor "${name}" is kept in a separate file, which is not supported`, {
      remedy: 'save the model as one file',
    });
  }
  const count = wire.dims.reduce((product, size) => product * size, 1);
  const raw = wire.rawData ?? new Uint8Array();
  const data = raw.length > 0 ? fromRaw(type, raw, name) : fromLists(type, wire);
  if (data.length !== count) {
    throw new ModelError('MODEL_ONNX', `tensor "${name}" has ${data.length} values, its shape asks for ${count}`, {
      remedy: 'fetch or install the file again',
    });
  }
  return { name, type, dims: wire.dims, data };
}

export function toWireTensor(tensor: OnnxTensor): WireTensor {
  const { data } = tensor;
  return {
    name: tensor.name,
    dims: tensor.dims,
    dataType: onnxTypeCode(tensor.type),
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

export const onnxTypeCode = (type: OnnxElementType): number => codes[type];

export function typeOfCode(code: number, name: string): OnnxElementType {
  const found = types.find((type) => codes[type] === code);
  if (found === undefined) {
    throw new ModelError('MODEL_ONNX', `"${name}" has ONNX element type ${code}, which is not supported`, {
      remedy: 'export the network with float32 weights',
    });
  }
  return found;
}

// TensorProto.DataType
const codes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 } as const;
const types = Object.keys(codes) as OnnxElementType[];
const elementBytes = { float32: 4, float16: 2, uint8: 1, int8: 1, int32: 4, int64: 8, bool: 1, float64: 8 } as const;

function fromRaw(type: OnnxElementType, raw: Uint8Array, name: string): OnnxTensor['data'] {
  if (raw.byteLength % elementBytes[type] !== 0) {
    throw new ModelError('MODEL_ONNX', `tensor "${name}" is cut off within a ${type}`, {
      remedy: 'the file is not whole: fetch or export it again',
    });
  }
  // Raw bytes lie anywhere in the file; typed arrays need them aligned, so they are copied.
  const buffer = Uint8Array.from(raw).buffer;
  switch (type) {
    case 'float32':
      return new Float32Array(buffer);
    case 'float16':
      return new Uint16Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'int64':
      return new BigInt64Array(buffer);
    case 'float64':
      return new Float64Array(buffer);
    default:
      return new Uint8Array(buffer);
  }
}

function fromLists(type: OnnxElementType, wire: WireTensor): OnnxTensor['data'] {
  switch (type) {
    case 'float32':
      return Float32Array.from(wire.floatData ?? []);
    case 'float16':
      return Uint16Array.from(wire.int32Data ?? []);
    case 'int8':
      return Int8Array.from(wire.int32Data ?? []);
    case 'int32':
      return Int32Array.from(wire.int32Data ?? []);
    case 'int64':
      return BigInt64Array.from((wire.int64Data ?? []).map(BigInt));
    case 'float64':
      return Float64Array.from(wire.doubleData ?? []);
    default:
      return Uint8Array.from(wire.int32Data ?? []);
  }
}

/** Writing what torch.save writes, as far as tests need it. */

/** A zip archive whose directory has every size and place in its zip64 fields, as one beyond 4 GiB has. */
export function zip64(entries: Readonly<Record<string, Uint8Array>>, method = 0): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(entries)) {
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const central = Buffer.alloc(46 + name.length + 28);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    for (const field of [20, 24, 42]) central.writeUInt32LE(0xffffffff, field);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(28, 30);
    central.write(name, 46);
    central.writeUInt16LE(1, 46 + name.length);
    central.writeUInt16LE(24, 48 + name.length);
    for (const [i, value] of [bytes.length, bytes.length, offset].entries()) {
      central.writeBigUInt64LE(BigInt(value), 50 + name.length + 8 * i);
    }
    parts.push(local, Buffer.from(bytes));
    directory.push(central);
    offset += local.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  for (const [at, value] of [
    [32, directory.length],
    [40, size],
    [48, offset],
    [56 + 8, offset + size],
  ] as const) {
    end.writeBigUInt64LE(BigInt(value), at);
  }
  end.writeUInt32LE(0x07064b50, 56);
  end.writeUInt32LE(0x06054b50, 76);
  end.writeUInt32LE(0xffffffff, 76 + 12);
  end.writeUInt32LE(0xffffffff, 76 + 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/** A tensor whose values are the first of the one storage. */
export interface Shaped {
  readonly shape: readonly number[];
}
export type Saved = number | string | Shaped | { readonly [key: string]: Saved };

const isTensor = (value: Saved): value is Shaped => typeof value === 'object' && Array.isArray(value['shape']);

/** A checkpoint in the zip format; all tensors are views of one storage of these float32 values. */
export function torchCheckpoint(value: Saved, storage: Float32Array): Buffer {
  const pickle = Buffer.concat([Buffer.from('\x80\x02', 'latin1'), pickled(value, storage.length), Buffer.from('.')]);
  return zip64({ 'archive/data.pkl': pickle, 'archive/data/0': new Uint8Array(storage.buffer) });
}

const text = (characters: string): Buffer => {
  const bytes = Buffer.from(characters);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([Buffer.from('X'), length, bytes]);
};
const integer = (value: number): Buffer => {
  const bytes = Buffer.alloc(5, 'J');
  bytes.writeInt32LE(value, 1);
  return bytes;
};
const tuple = (items: readonly Buffer[]): Buffer => Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]);

function pickled(value: Saved, length: number): Buffer {
  if (typeof value === 'number') return integer(value);
  if (typeof value === 'string') return text(value);
  if (isTensor(value)) {
    const strides = value.shape.map((_, axis) =>
      value.shape.slice(axis + 1).reduce((product, size) => product * size, 1),
    );
    const storage = tuple([
      text('storage'),
      Buffer.from('ctorch\nFloatStorage\n'),
      text('0'),
      text('cpu'),
      integer(length),
    ]);
    const hooks = Buffer.from('ccollections\nOrderedDict\n)R');
    const parts = [
      Buffer.concat([storage, Buffer.from('Q')]),
      integer(0),
      tuple(value.shape.map(integer)),
      tuple(strides.map(integer)),
    ];
    return Buffer.concat([
      Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n'),
      tuple([...parts, Buffer.from('\x89', 'latin1'), hooks]),
      Buffer.from('R'),
    ]);
  }
  const entries = Object.entries(value).flatMap(([key, item]) => [text(key), pickled(item, length)]);
  return Buffer.concat([Buffer.from('}('), ...entries, Buffer.from('u')]);
}

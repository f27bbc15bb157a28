import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/errors.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  writeSafetensors,
} from '../../../src/supernet/formats/safetensors.js';
import { mutated } from '../../mutate.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supersam-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The format written by hand, apart from the code under test. */
function file(header: unknown, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, json.length, true);
  return Uint8Array.from([...length, ...json, ...data]);
}

const tensor = fc
  .array(fc.nat({ max: 4 }), { maxLength: 3 })
  .chain((shape) =>
    fc
      .float32Array({ minLength: count(shape), maxLength: count(shape) })
      .map((data) => ({ shape, data: Float32Array.from(data) })),
  );
const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

describe('safetensors', () => {
  it('keeps any weights over writing and reading', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), tensor, { noNullPrototype: true }), (record) => {
        const weights = new Map(
          Object.entries(record).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
        );
        expect(Object.fromEntries(decodeSafetensors(encodeSafetensors(weights)))).toEqual(Object.fromEntries(weights));
      }),
      // A name that plain objects take for their prototype.
      { examples: [[JSON.parse('{"__proto__":{"shape":[],"data":[0]}}')]] },
    );
  });

  it('reads integers, wide floats and truth values written by hand', () => {
    const integers = Buffer.alloc(8 + 8 + 4 + 1 + 1);
    integers.writeBigInt64LE(-7n, 0);
    integers.writeDoubleLE(0.5, 8);
    integers.writeUInt32LE(12, 16);
    integers.writeInt8(-3, 20);
    integers.writeUInt8(1, 21);
    const bytes = file(
      {
        long: { dtype: 'I64', shape: [], data_offsets: [0, 8] },
        double: { dtype: 'F64', shape: [1], data_offsets: [8, 16] },
        unsigned: { dtype: 'U32', shape: [1], data_offsets: [16, 20] },
        small: { dtype: 'I8', shape: [1], data_offsets: [20, 21] },
        truth: { dtype: 'BOOL', shape: [1], data_offsets: [21, 22] },
      },
      integers,
    );
    const values = [...decodeSafetensors(bytes)].map(([name, { data }]) => [name, ...data]);
    expect(values).toEqual([
      ['long', -7],
      ['double', 0.5],
      ['unsigned', 12],
      ['small', -3],
      ['truth', 1],
    ]);
    const unknown = file({ x: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }, Uint8Array.of(0));
    expect(() => decodeSafetensors(unknown)).toThrow(/"x" is of the type F8_E4M3, which is not read/);
  });

  it('reads F32, F16 and BF16 written by hand', () => {
    // 1, -2, 65504, 2^-24 in binary16 and 1, -3.140625 in bfloat16, from their definitions.
    const bytes = file(
      {
        __metadata__: { format: 'pt' },
        half: { dtype: 'F16', shape: [4], data_offsets: [0, 8] },
        brain: { dtype: 'BF16', shape: [1, 2], data_offsets: [8, 12] },
        single: { dtype: 'F32', shape: [], data_offsets: [12, 16] },
      },
      Uint8Array.of(0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x80, 0x3f, 0x49, 0xc0, 0, 0, 0x20, 0x41),
    );
    const weights = decodeSafetensors(bytes);
    expect([...weights.get('half')!.data]).toEqual([1, -2, 65504, 2 ** -24]);
    expect([...weights.get('brain')!.data]).toEqual([1, -3.140625]);
    expect(weights.get('brain')!.shape).toEqual([1, 2]);
    expect([...weights.get('single')!.data]).toEqual([10]);
    expect(weights.size).toBe(3);
  });

  it('names the tensor in which a truncated file ends', async () => {
    const path = join(folder, 'w.safetensors');
    const weights = new Map([
      ['first', { shape: [2], data: Float32Array.of(1, 2) }],
      ['second', { shape: [2], data: Float32Array.of(3, 4) }],
    ]);
    await writeSafetensors(path, weights);
    expect(await readdir(folder)).toEqual(['w.safetensors']);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 3));
    await expect(readSafetensors(path)).rejects.toThrow(/cut off within tensor "second"/);
  });

  it('refuses wrong headers, sizes and types in one line', () => {
    const once = Buffer.from('"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}');
    const text = Buffer.from(`{${once},${once}}`);
    const twice = Buffer.concat([Buffer.from(BigUint64Array.of(BigInt(text.length)).buffer), text, new Uint8Array(4)]);
    for (const bytes of [
      new Uint8Array(3),
      new Uint8Array(8).fill(255),
      file([], new Uint8Array(0)),
      file({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, new Uint8Array(8)),
      file({ a: { dtype: 'F8_E5M2', shape: [8], data_offsets: [0, 8] } }, new Uint8Array(8)),
      twice,
      file(
        {
          a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
          b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
        },
        new Uint8Array(12),
      ),
      file({ a: { dtype: 'F32', shape: [-2], data_offsets: [0, 8] } }, new Uint8Array(8)),
    ]) {
      expect(() => decodeSafetensors(bytes)).toThrow(ModelError);
    }
  });

  it('says what to do when the file is missing', async () => {
    await expect(readSafetensors(join(folder, 'none'))).rejects.toThrow(ModelError);
  });
});

describe('a safetensors file that was damaged', () => {
  it('has the shapes and values of its header or is refused', async () => {
    const weights = new Map(
      ['image_encoder.a', 'b', 'mask_decoder.c'].map((name, i) => [
        name,
        { shape: [2, 3 + i], data: Float32Array.from({ length: 6 + 2 * i }, (_, at) => at / 3 - i) },
      ]),
    );
    const path = join(folder, 'a.safetensors');
    const words = ['{', '}', '[', ']', ',', ':', '"', '-', '9'.repeat(20), 'null', 'F16', 'I64', '__proto__'];
    await fc.assert(
      fc.asyncProperty(mutated(Buffer.from(encodeSafetensors(weights)), words), async (bytes) => {
        await writeFile(path, bytes);
        try {
          for (const { shape, data } of (await readSafetensors(path)).values()) {
            expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
          }
        } catch (error) {
          expect(error, String(error instanceof Error ? error.stack : error)).toBeInstanceOf(ModelError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

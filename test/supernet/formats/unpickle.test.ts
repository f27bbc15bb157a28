import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/errors.js';
import type { PickleDict } from '../../../src/supernet/formats/torch/pickle-value.js';
import { unpickle } from '../../../src/supernet/formats/torch/unpickle.js';

/** By Python itself. */
const recorded = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../assets/torch-checkpoints/beside.json'), 'utf8'),
) as { readonly pickles: Readonly<Record<string, string>> };

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const PROTOCOL = '\x80\x02';
const read = (pickle: string) => unpickle(latin(PROTOCOL + pickle)).value;
const storage = (elements: number) =>
  `((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK${String.fromCharCode(elements)}tQ`;
const tensor = (elements: number, offset: string, sizes: string, strides: string) =>
  `ctorch._utils\n_rebuild_tensor_v2\n${storage(elements)}${offset}${sizes}${strides}\x89NtR.`;

describe('a pickle', () => {
  it('gives numbers, texts and containers as Python would', () => {
    expect(read('N.')).toBeNull();
    expect(read('\x88.')).toBe(true);
    expect(read('J\xff\xff\xff\xff.')).toBe(-1);
    expect(read('M\x01\x02.')).toBe(513);
    expect(read('G\x40\x09\x21\xfb\x54\x44\x2d\x18.')).toBe(Math.PI);
    expect(read('\x8a\x02\x00\xff.')).toBe(-256);
    expect(read('\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.')).toBe(0x1950a86a20f9469cfc6cn);
    expect(read('X\x03\x00\x00\x00h\xc3\xa9.')).toBe('hé');
    expect(read(']q\x00(K\x01K\x02e.')).toEqual([1, 2]);
    expect(read('K\x01K\x02\x86.')).toEqual({ kind: 'tuple', items: [1, 2] });
    expect(read('}(K\x01K\x02K\x03K\x04u.')).toEqual({
      kind: 'dict',
      entries: new Map([
        [1, 2],
        [3, 4],
      ]),
    });
  });

  it('gives a tensor as a view of its storage', () => {
    expect(read(tensor(6, 'K\x01', 'K\x02K\x02\x86', 'K\x01K\x02\x86'))).toMatchObject({
      kind: 'tensor',
      offset: 1,
      shape: [2, 2],
      strides: [1, 2],
      storage: { key: '0', length: 6, type: { storage: 'torch.FloatStorage' } },
    });
  });

  it('may hold itself without an endless walk', () => {
    const list = read(']q\x00h\x00a.') as unknown[];
    expect(list[0]).toBe(list);
  });
});

describe('what training scripts keep beside tensors is passed over', () => {
  it.each(Object.entries(recorded.pickles))('%s', (_, hex) => {
    const { value } = unpickle(Buffer.from(hex, 'hex'));
    expect(value).toMatchObject({ kind: 'dict' });
    expect((value as PickleDict).entries.get('epoch')).toBe(3);
  });

  it('an optimizer, with the tensors in it', () => {
    const value = read(
      `ctorch.optim.adam\nAdam\n)\x81}X\x01\x00\x00\x00a${tensor(4, 'K\x00', 'K\x04\x85', 'K\x01\x85').slice(0, -1)}sb.`,
    );
    expect(value).toMatchObject({ kind: 'object', members: [{ kind: 'dict' }] });
  });
});

describe('a pickle is refused when it', () => {
  it.each([
    ['names a function', 'cos\nsystem\n.', /names os\.system/],
    ['names a function by the stack', '\x8c\x08builtins\x8c\x04eval\x93.', /names builtins\.eval/],
    ['names what JavaScript objects have', 'cconstructor\nprototype\n.', /names constructor\.prototype/],
    ['names a property of the table itself', 'c__proto__\ntoString\n.', /names/],
    ['makes an object of a function', 'ctorch\nSize\n)\x81.', /torch\.Size that is no tuple/],
    ['makes an object of another class', 'csubprocess\nPopen\n)\x81.', /names subprocess\.Popen/],
    ['gets at a function through a class', 'cbuiltins\ngetattr\n.', /names builtins\.getattr/],
    ['is of a network whole', 'cultralytics.nn.tasks\nSegmentationModel\n.', /a network of Ultralytics/],
    ['is of a quantised network', 'ctorch._utils\n_rebuild_qtensor\n.', /a quantised network, which is not read/],
    ['has floats of 8 bits', 'ctorch._utils\n_rebuild_tensor_v3\n.', /floats of 8 bits/],
    ['uses an extension registry', '\x82\x01.', /opcode 0x82/],
    ['is of the text protocol', 'I01\n.', /opcode 0x49/],
    ['calls a number', 'K\x01)R.', /calls what is no function/],
    ['calls a type', 'ctorch\nFloatStorage\n)R.', /calls torch\.FloatStorage/],
    [
      'sets attributes of a tensor',
      tensor(4, 'K\x00', 'K\x04\x85', 'K\x01\x85').replace('R.', 'R}b.'),
      /sets attributes/,
    ],
    ['remembers nothing', 'h\x05.', /memo 5/],
    ['takes from nothing', '.', /empty stack/],
    ['closes no mark', 't.', /mark that was never set/],
    ['ends early', 'X\xff\xff\xff\xffa', /cut off/],
    ['has a text that is none', 'X\x01\x00\x00\x00\xff.', /UTF-8/],
    ['refers to something else', 'K\x01Q.', /no storage/],
    ['has a tensor beyond its storage', tensor(3, 'K\x00', 'K\x04\x85', 'K\x01\x85'), /does not fit its storage/],
    ['has an offset beyond it', tensor(4, 'K\x01', 'K\x04\x85', 'K\x01\x85'), /does not fit its storage/],
    ['has negative strides', tensor(4, 'K\x03', 'K\x04\x85', 'J\xff\xff\xff\xff\x85'), /sizes or strides/],
    ['has more sizes than strides', tensor(4, 'K\x00', 'K\x02K\x02\x86', 'K\x01\x85'), /sizes or strides/],
    ['repeats elements', tensor(2, 'K\x00', 'J\xff\xff\xff\x7f\x85', 'K\x00\x85'), /does not fit its storage/],
  ])('%s', (_, pickle, message) => {
    expect(() => read(pickle)).toThrow(message);
    expect(() => read(pickle)).toThrow(ModelError);
  });

  it('has an unknown protocol', () => {
    expect(() => unpickle(latin('\x80\x06N.'))).toThrow(/protocol 6/);
  });

  it('is any bytes at all: an object or a ModelError, nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          unpickle(bytes);
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

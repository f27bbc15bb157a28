import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/errors.js';
import { openTorchCheckpoint } from '../../../src/supernet/formats/torch/torch-checkpoint.js';
import { torchCheckpoint, zip64 } from './write-torch.js';

const assets = resolve(import.meta.dirname, '../../assets/torch-checkpoints');
const asset = (name: string) => join(assets, name);
const temporary = mkdtempSync(join(tmpdir(), 'supersam-checkpoint-'));

type Expected = Record<string, { readonly shape: number[]; readonly values: string[] }>;
const expected = JSON.parse(readFileSync(asset('expected.json'), 'utf8')) as Expected;

async function readAll(path: string): Promise<Map<string, { shape: readonly number[]; data: Float32Array }>> {
  const file = await openTorchCheckpoint(path);
  try {
    const read = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const [name, tensor] of file.tensors) read.set(name, { shape: tensor.shape, data: await tensor.read() });
    return read;
  } finally {
    await file.close();
  }
}

const number = (text: string) => Number(text.replace('inf', 'Infinity'));

/** Reads a file with these bytes; the reason when it is refused. */
async function reasonFor(bytes: Uint8Array): Promise<string | undefined> {
  const path = join(temporary, 'case.pth');
  writeFileSync(path, bytes);
  try {
    await readAll(path);
    return undefined;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return error.message;
  }
}

describe('checkpoints saved by PyTorch', () => {
  it.each(['zip.pth', 'zip-protocol-4.pth', 'wrapped.pth', 'legacy.pt'])('%s gives every value', async (name) => {
    const read = await readAll(asset(name));
    expect([...read.keys()]).toEqual(Object.keys(expected));
    for (const [tensor, { shape, values }] of Object.entries(expected)) {
      expect(read.get(tensor)?.shape, tensor).toEqual(shape);
      expect([...(read.get(tensor)?.data ?? [])], tensor).toEqual(values.map((value) => Math.fround(number(value))));
    }
  });

  it.each(['module.pth', 'module-legacy.pt'])('%s, a state dictionary with metadata or a plain one', async (name) => {
    const read = await readAll(asset(name));
    expect([...read.keys()]).toEqual([
      '0.weight',
      '1.weight',
      '1.bias',
      '1.running_mean',
      '1.running_var',
      '1.num_batches_tracked',
    ]);
    expect([...(read.get('1.running_mean')?.data ?? [])]).toEqual(
      expected['module.1.running_mean']?.values.map((value) => Math.fround(Number(value))),
    );
  });
});

const tensorPickle = Buffer.from(
  '\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n' +
    'X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x02tQK\x00K\x02\x85K\x01\x85\x89NtRs.',
  'latin1',
);
const twoFloats = new Uint8Array(Float32Array.of(1.5, -2).buffer);

describe('zip archives', () => {
  it('of zip64 are read', async () => {
    const path = join(temporary, 'zip64.pth');
    writeFileSync(path, zip64({ 'a/data.pkl': tensorPickle, 'a/data/0': twoFloats }));
    expect(await readAll(path)).toEqual(new Map([['w', { shape: [2], data: Float32Array.of(1.5, -2) }]]));
  });

  it.each([
    [
      'a compressed entry',
      zip64({ 'a/data.pkl': tensorPickle, 'a/data/0': twoFloats }, 8),
      /"a\/data.pkl" is compressed/,
    ],
    ['a storage too short', zip64({ 'a/data.pkl': tensorPickle, 'a/data/0': twoFloats.subarray(4) }), /4 bytes/],
    ['a storage too long', zip64({ 'a/data.pkl': tensorPickle, 'a/data/0': new Uint8Array(12) }), /12 bytes/],
    [
      'a storage missing',
      zip64({ 'a/data.pkl': tensorPickle, 'a/data/1': twoFloats }),
      /"0" of its tensor "w" is missing/,
    ],
    ['no pickle', zip64({ 'a/b': twoFloats }), /not of torch\.save/],
    ['two pickles', zip64({ 'a/data.pkl': tensorPickle, 'b/data.pkl': tensorPickle }), /not of torch\.save/],
    ['big-endian numbers', zip64({ 'a/byteorder': Buffer.from('big'), 'a/data.pkl': tensorPickle }), /big-endian/],
  ])('with %s are refused', async (_, bytes, message) => {
    expect(await reasonFor(bytes)).toMatch(message);
  });
});

describe('dictionaries in dictionaries', () => {
  const [w, b] = [{ shape: [2, 3] }, { shape: [2] }];
  const storage = Float32Array.from({ length: 6 }, (_, i) => i / 2);
  const names = async (value: Parameters<typeof torchCheckpoint>[0]) => {
    const path = join(temporary, 'nested.pth');
    writeFileSync(path, torchCheckpoint(value, storage));
    return [...(await readAll(path)).keys()];
  };

  it.each([
    ['a plain one', { w, b }],
    ['one beside numbers and texts', { epoch: 3, w, b, version: '1.0' }],
    ['micro-sam', { model_state: { w, b }, decoder_state: { other: b } }],
    ['LiteMedSAM', { model: { w, b }, epoch: 3, optimizer: { state: {}, param_groups: {} }, loss: 1, best_loss: 1 }],
    ['Lightning', { state_dict: { w, b }, 'pytorch-lightning_version': '2', optimizer_states: {} }],
    ['wrappers in wrappers', { model: { state_dict: { w, b } } }],
    ['a key that nobody knows', { epoch: 3, my_network: { w, b }, optimizer: { state: {} } }],
    ['two keys that nobody knows', { checkpoint: { weights: { w, b } }, optimizer: { state: { w } } }],
  ])('are looked through for the network: %s', async (_, value) => {
    expect(await names(value)).toEqual(['w', 'b']);
  });

  it('are its parts where they are called after its modules', async () => {
    const parts = { epoch: 1, image_encoder: { w }, mask_decoder: { b } };
    expect(await names(parts)).toEqual(['image_encoder.w', 'mask_decoder.b']);
  });

  it.each([
    ['beside a number of training', { net: { 'mask_decoder.w': w }, loss: b }, ['mask_decoder.w']],
    [
      'beside the state of callbacks',
      { state_dict: { 'sam.mask_decoder.w': w }, callbacks: { best: { score: b } } },
      ['sam.mask_decoder.w'],
    ],
    [
      'under the word of DeepSpeed',
      { module: { 'mask_decoder.w': w }, buffers: { b }, optimizer: { state: { w } } },
      ['mask_decoder.w'],
    ],
  ])('with the modules of a network are that network: %s', async (_, value, expected) => {
    expect(await names(value)).toEqual(expected);
  });

  it.each([
    ['the mean of its steps', { model: { 'mask_decoder.w': w }, ema: { 'mask_decoder.w': w } }, /under "model", "ema"/],
    [
      'a mean by timm',
      { state_dict: { 'mask_decoder.w': w }, state_dict_ema: { 'mask_decoder.w': w } },
      /"state_dict_ema"/,
    ],
    [
      'a mean among its tensors',
      { 'mask_decoder.w': w, ema: { 'mask_decoder.w': w } },
      /under "mask_decoder\.w", "ema"/,
    ],
  ])('with a network and %s are refused', async (_, value, message) => {
    await expect(names(value)).rejects.toThrow(message);
  });

  it('of which several may be meant are refused by name, as is what holds none', async () => {
    await expect(names({ student: { w }, teacher: { w } })).rejects.toThrow(
      /several dictionaries of tensors under "student", "teacher"/,
    );
    await expect(names({ epoch: 3, metrics: { loss: 1 } })).rejects.toThrow(/no tensors under "epoch", "metrics"/);
    await expect(names({})).rejects.toThrow(/no tensors under no key/);
  });
});

describe('files that are refused', () => {
  it.each([
    ['evil.pth', /evil\.pth: the pickle names posix\.system, .*nothing of it was run/],
    ['evil-legacy.pt', /evil-legacy\.pt: the pickle names posix\.system/],
    ['whole-module.pth', /names torch\.nn\.modules\.container\.Sequential/],
    ['expanded.pth', /tensor \[1000\] with strides \[0\] does not fit its storage of 1 elements/],
    ['torchscript.pt', /TorchScript/],
    ['cycle.pth', /entry "itself" is no tensor/],
    ['expected.json', /expected\.json/],
    ['absent.pth', /cannot read .*absent\.pth/],
  ])('%s', async (name, message) => {
    await expect(readAll(asset(name))).rejects.toThrow(message);
    await expect(readAll(asset(name))).rejects.toBeInstanceOf(ModelError);
  });

  it('are all that is left of a checkpoint cut off anywhere', async () => {
    for (const name of ['zip.pth', 'legacy.pt']) {
      const whole = readFileSync(asset(name));
      expect(await reasonFor(whole)).toBeUndefined();
      const lengths = fc.integer({ min: 0, max: whole.length - 1 });
      await fc.assert(
        fc.asyncProperty(lengths, async (length) => {
          expect(await reasonFor(whole.subarray(0, length))).toMatch(/case\.pth/);
        }),
        { numRuns: 400 },
      );
    }
  });

  it('never crash the reader or hang it, whatever bytes are changed', async () => {
    for (const name of ['zip.pth', 'zip-protocol-4.pth', 'legacy.pt']) {
      const whole = readFileSync(asset(name));
      const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          const bytes = Uint8Array.from(whole);
          for (const { at, byte } of changes) bytes[at] = byte;
          await reasonFor(bytes);
        }),
        { numRuns: 400 },
      );
    }
  });
});

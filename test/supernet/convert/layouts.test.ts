import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/errors.js';
import { exportCheckpoint, openCheckpoint, writeCheckpointFolder } from '../../../src/supernet/convert/checkpoint.js';
import { checkpointLayouts, recogniseLayout } from '../../../src/supernet/convert/checkpoint-layouts.js';
import { foldBatchNorm, unfoldBatchNorm } from '../../../src/supernet/convert/fold-batch-norm.js';
import { huggingFaceLayout } from '../../../src/supernet/convert/layouts/huggingface.js';
import { mobileSamLayout } from '../../../src/supernet/convert/layouts/mobilesam.js';
import { samLayout } from '../../../src/supernet/convert/layouts/sam.js';
import { writeStoredTensors } from '../../../src/supernet/formats/safetensors.js';
import type { StoredTensor, StoredTensors } from '../../../src/supernet/formats/tensor-file.js';
import { architecture } from '../../../src/supernet/model/architectures.js';
import { createEncoder, type NetworkDescription, parseDescription } from '../../../src/supernet/model/description.js';
import { checkTensors, readModel } from '../../../src/supernet/model/model-folder.js';
import { decoderOf } from '../../../src/supernet/model/networks/decoder.js';
import { type Saved, torchCheckpoint } from '../formats/write-torch.js';

const assets = resolve(import.meta.dirname, '../../assets/layouts');
const read = (file: string) => JSON.parse(readFileSync(join(assets, file), 'utf8'));
type Shapes = Record<string, number[]>;
/** Of the original classes, recorded from them. */
const names = read('names.json') as { sam: Shapes; huggingface: Shapes; mobilesam: Shapes };
const temporary = mkdtempSync(join(tmpdir(), 'supersam-layouts-'));

const product = (shape: readonly number[]) => shape.reduce((result, size) => result * size, 1);

/** Tensors of these shapes, each element a number of its own. */
function filled(shapes: Iterable<readonly [string, readonly number[]]>): Map<string, StoredTensor> {
  let start = 0;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, shape] of shapes) {
    const first = start++;
    tensors.set(name, {
      shape,
      read: async () => Float32Array.from({ length: product(shape) }, (_, i) => 0.01 + ((7 * first + i) % 101) / 101),
    });
  }
  return tensors;
}

const shapesOf = (tensors: StoredTensors) => Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));

function ownShapes(description: NetworkDescription): Map<string, readonly number[]> {
  const encoder = createEncoder(description);
  return new Map([...encoder.shapes, ...decoderOf(encoder.decoder).shapes]);
}

const decoder = decoderOf('sam').shapes;

describe('tensors of the original classes', () => {
  it.each([
    ['sam', names.sam],
    ['huggingface', names.huggingface],
  ])('%s give SAM ViT-B, nothing missing and nothing left over', (name, shapes) => {
    const tensors = filled(Object.entries(shapes));
    const layout = recogniseLayout(new Set(tensors.keys()), 'file');
    expect(layout.name).toBe(name);
    const { description, tensors: own } = layout.read(tensors);
    const expected = architecture('vit-b');
    expect(description).toEqual({ ...description, encoder: expected.encoder, inputSize: 1024 });
    expect(() => checkTensors(expected, own, 'file')).not.toThrow();
  });

  it('mobilesam give the MobileSAM architecture', () => {
    const tensors = filled([...Object.entries(names.mobilesam), ...decoder]);
    const layout = recogniseLayout(new Set(tensors.keys()), 'file');
    expect(layout.name).toBe('mobilesam');
    const { description, tensors: own } = layout.read(tensors);
    const expected = architecture('mobilesam');
    expect(description.encoder).toEqual(expected.encoder);
    expect(() => checkTensors(expected, own, 'file')).not.toThrow();
  });

  it.each(['efficientsam-ti', 'efficientsam-s'] as const)('%s give that architecture', (name) => {
    const expected = architecture(name);
    const tensors = filled(ownShapes(expected));
    const layout = recogniseLayout(new Set(tensors.keys()), 'file');
    expect(layout.name).toBe('efficientsam');
    const { description, tensors: own } = layout.read(tensors);
    expect(description).toMatchObject({ encoder: expected.encoder, resize: 'squash', inputSize: 1024 });
    expect(() => checkTensors(expected, own, 'file')).not.toThrow();
  });

  it.each(['vit-l', 'vit-h'] as const)('of %s give its sizes', (name) => {
    const expected = architecture(name);
    expect(samLayout.read(filled(ownShapes(expected))).description.encoder).toEqual(expected.encoder);
  });

  it('are what is written back', () => {
    const vit = architecture('vit-b');
    const tensors = filled(ownShapes(vit));
    expect(shapesOf(samLayout.write(vit, tensors).tensors)).toEqual(names.sam);
    const { [`prompt_encoder.shared_embedding.positional_embedding`]: copy, ...once } = names.huggingface;
    expect(copy).toEqual([2, 128]);
    expect(shapesOf(huggingFaceLayout.write(vit, tensors).tensors)).toEqual(once);
    const mobile = architecture('mobilesam');
    const written = shapesOf(mobileSamLayout.write(mobile, filled(ownShapes(mobile))).tensors);
    expect(written).toEqual({ ...names.mobilesam, ...Object.fromEntries(decoder) });
  });
});

describe('a checkpoint', () => {
  const description: NetworkDescription = {
    ...architecture('vit-b'),
    name: 'tiny',
    inputSize: 64,
    encoder: {
      family: 'sam-vit',
      channels: 16,
      headChannels: 8,
      patch: 16,
      positionGrid: 4,
      neckChannels: 256,
      layers: [
        { heads: 2, mlpWidth: 32, window: 3 },
        { heads: 2, mlpWidth: 32, window: 0 },
      ],
    },
  };
  const source = filled(ownShapes(description));
  const open = async (tensors: StoredTensors, file: string) => {
    await writeStoredTensors(join(temporary, file), tensors);
    return openCheckpoint(join(temporary, file));
  };

  it('goes through Hugging Face names and back with every value', async () => {
    const sam = await open(source, 'tiny.safetensors');
    expect(sam.layout).toBe('sam');
    expect(sam.description.encoder).toEqual(description.encoder);
    expect(sam.description.name).toBe('tiny');
    const path = join(temporary, 'hf', 'model.safetensors');
    const sha256 = await exportCheckpoint(path, sam, huggingFaceLayout);
    const config = JSON.parse(readFileSync(join(temporary, 'hf', 'config.json'), 'utf8'));
    expect(config).toMatchObject({
      model_type: 'sam',
      vision_config: { hidden_size: 16, global_attn_indexes: [1], window_size: 3, image_size: 64, mlp_dim: 32 },
      prompt_encoder_config: { image_size: 64, image_embedding_size: 4 },
    });
    const back = await openCheckpoint(path);
    expect(back.layout).toBe('huggingface');
    expect(back.sha256).toBe(sha256);
    const first = await writeCheckpointFolder(join(temporary, 'first'), sam);
    const second = await writeCheckpointFolder(join(temporary, 'second'), back);
    expect(second).toBe(first);
    const model = await readModel(join(temporary, 'second'));
    expect(model.sha256).toBe(first);
    for (const [name, tensor] of source) {
      const [found, expected] = [model.weights.get(name)?.data, await tensor.read()];
      expect(found?.length, name).toBe(expected.length);
      expect(
        expected.every((value, i) => value === found?.[i]),
        name,
      ).toBe(true);
    }
    const folder = await openCheckpoint(join(temporary, 'second'));
    expect(folder.layout).toBe('supersam');
    await Promise.all([sam, back, folder].map(({ close }) => close()));
  });

  it('with missing, unknown and mis-shaped tensors is refused with all of them', async () => {
    const tensors = new Map(source);
    tensors.delete('image_encoder.neck.1.bias');
    tensors.delete('mask_decoder.iou_token.weight');
    tensors.set('mask_decoder.extra', { shape: [2], read: async () => new Float32Array(2) });
    tensors.set('prompt_encoder.no_mask_embed.weight', { shape: [256], read: async () => new Float32Array(256) });
    const error = await open(tensors, 'wrong.safetensors').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelError);
    for (const part of [
      'missing image_encoder.neck.1.bias [256]',
      'missing mask_decoder.iou_token.weight [1,256]',
      'unknown mask_decoder.extra [2]',
      'prompt_encoder.no_mask_embed.weight is [256], should be [1,256]',
    ]) {
      expect((error as Error).message).toContain(part);
    }
  });

  it.each(['module.', 'model.', 'sam.', 'model_state.', 'module.model.', 'state_dict.sam.'])(
    'whose names all begin with %s is the same without it',
    async (prefix) => {
      const renamed = new Map([...source].map(([name, tensor]) => [`${prefix}${name}`, tensor]));
      // What a training script keeps beside it, as micro-sam its decoder.
      renamed.set('decoder_state.out_conv.weight', { shape: [2], read: async () => new Float32Array(2) });
      const checkpoint = await open(renamed, 'prefixed.safetensors');
      expect(checkpoint.layout).toBe('sam');
      expect(checkpoint.description.encoder).toEqual(description.encoder);
      expect([...checkpoint.tensors.keys()].sort()).toEqual([...source.keys()].sort());
      await checkpoint.close();
    },
  );

  const named = (prefix: string) => [...source].map(([name, tensor]) => [`${prefix}${name}`, tensor] as const);
  const one = { shape: [1], read: async () => new Float32Array(1) };

  it.each<[string, StoredTensors, RegExp]>([
    [
      'a network and its mean',
      new Map([...named('model.'), ...named('ema.')]),
      /holds 2 networks, under ema\. and model\.$/,
    ],
    ['a mean beside it', new Map([...named(''), ...named('ema.')]), /holds 2 networks, under ema\. and no prefix$/],
    [
      'SAM-HQ',
      new Map([...named(''), ['mask_decoder.hf_token.weight', one]]),
      /of SAM-HQ, which is not read: mask_dec/,
    ],
    ['SAM 2', new Map([['image_encoder.trunk.pos_embed', one]]), /is a network of SAM 2, which is not read/],
    ['LoRA', new Map([['base_model.model.image_encoder.blocks.0.attn.qkv.lora_A.weight', one]]), /SAM with LoRA/],
    ['FastSAM', new Map([['model.0.conv.weight', one]]), /of Ultralytics \(YOLO, FastSAM\)/],
    ['SAM 2 for transformers', new Map([['vision_encoder.backbone.pos_embed', one]]), /is a network of SAM 2/],
    ['SAM 3', new Map([['detector.backbone.vision_backbone.trunk.pos_embed', one]]), /is a network of SAM 3/],
    ['SAM-HQ for transformers', new Map([['mask_decoder.hq_token.weight', one]]), /is a network of SAM-HQ/],
    ['EdgeSAM', new Map([['image_encoder.features.0.0.c.weight', one]]), /is a network of EdgeSAM or RepViT-SAM/],
    [
      'EfficientViT-SAM',
      new Map([['image_encoder.backbone.input_stem.op_list.0.conv.weight', one]]),
      /is a network of EfficientViT-SAM/,
    ],
    ['LoRA as SAMed keeps it', new Map([['w_a_000', one]]), /SAM with LoRA/],
    [
      'LoRA within',
      new Map([...named(''), ['image_encoder.blocks.0.attn.qkv.linear_a_q.weight', one]]),
      /SAM with LoRA/,
    ],
    [
      'adapters',
      new Map([...named(''), ['image_encoder.blocks.0.Adapter.channel.0.weight', one]]),
      /SAM with adapters between its layers/,
    ],
    [
      'weights of bitsandbytes',
      new Map([...named(''), ['image_encoder.blocks.0.mlp.lin1.SCB', one]]),
      /of quantised weights/,
    ],
    [
      'an encoder alone',
      new Map([...source].filter(([name]) => name.startsWith('image_encoder.'))),
      /holds an image encoder and no mask decoder$/,
    ],
    [
      'a decoder alone',
      new Map([...source].filter(([name]) => !name.startsWith('image_encoder.'))),
      /holds a mask decoder and no image encoder$/,
    ],
    [
      'empty tensors of sharded training',
      new Map([...source].map(([name]) => [name, { shape: [0], read: async () => new Float32Array(0) }])),
      /the tensor .* is empty, as sharded training leaves it/,
    ],
    [
      'a name twice',
      new Map([...named(''), ['image_encoder.module.pos_embed', one]]),
      /tensors of one name, within and without a wrapper/,
    ],
  ])('is named where it is another, or more than one: %s', async (_, tensors, message) => {
    await expect(open(tensors, 'other.safetensors')).rejects.toThrow(message);
  });

  it.each([
    ['torch.compile', /^(image_encoder)\./, '$1._orig_mod.'],
    ['data-parallel training', /^(image_encoder|mask_decoder)\./, '$1.module.'],
    ['sharded training', /\.(attn|mlp)\./, '._fsdp_wrapped_module._checkpoint_wrapped_module.$1.'],
  ])('is the same where a part of it is wrapped by %s', async (_, part, wrapped) => {
    const inside = new Map([...source].map(([name, tensor]) => [name.replace(part, wrapped), tensor]));
    expect([...inside.keys()]).not.toEqual([...source.keys()]);
    const checkpoint = await open(inside, 'wrapped.safetensors');
    expect([...checkpoint.tensors.keys()].sort()).toEqual([...source.keys()].sort());
    await checkpoint.close();
  });

  it('under the name of another kind of file, or alone in a folder, is read for what it is', async () => {
    const whole = join(temporary, 'kinds', 'one.safetensors');
    await writeStoredTensors(whole, source);
    const shapes = Object.fromEntries([...source].map(([name, { shape }]) => [name, { shape }]));
    const longest = Math.max(...[...source.values()].map(({ shape }) => product(shape)));
    const torch = torchCheckpoint({ state_dict: shapes }, new Float32Array(longest).fill(0.5));
    const folder = join(temporary, 'a-folder');
    mkdirSync(folder);
    writeFileSync(join(folder, 'readme.md'), '# weights');
    const renamed: readonly [string, Uint8Array][] = [
      [join(temporary, 'safetensors.pth'), readFileSync(whole)],
      [join(temporary, 'torch.safetensors'), torch],
      [join(temporary, 'torch.onnx'), torch],
      [join(folder, 'sam.pth'), torch],
    ];
    for (const [path, bytes] of renamed) {
      writeFileSync(path, bytes);
      const checkpoint = await openCheckpoint(path);
      expect([...checkpoint.tensors.keys()].sort()).toEqual([...source.keys()].sort());
      await checkpoint.close();
    }
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.layout).toBe('sam');
    await checkpoint.close();
    writeFileSync(join(folder, 'other.pth'), torch);
    await expect(openCheckpoint(folder)).rejects.toThrow(/holds 2 checkpoints, other\.pth the first/);
  });

  it('of whole numbers is refused as quantised', async () => {
    const path = join(temporary, 'int8.safetensors');
    const name = 'mask_decoder.iou_token.weight';
    const header = JSON.stringify({
      [`image_encoder.${name}`]: { dtype: 'I8', shape: [1], data_offsets: [0, 1] },
      [name]: { dtype: 'I8', shape: [1], data_offsets: [1, 2] },
    });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(2)]));
    await expect(openCheckpoint(path)).rejects.toThrow(/is of whole numbers \(I8\), quantised/);
  });

  it("is the same without a profiler's counts", async () => {
    const counted = new Map<string, StoredTensor>([
      ...named('module.'),
      ['module.total_ops', one],
      ['module.mask_decoder.total_params', one],
    ]);
    const checkpoint = await open(counted, 'counted.safetensors');
    expect([...checkpoint.tensors.keys()].sort()).toEqual([...source.keys()].sort());
    await checkpoint.close();
  });

  const parts = [...source].map(([name, tensor], i) => [name, tensor, i % 3] as const);
  const shardsIn = async (folder: string) => {
    const weight_map: Record<string, string> = {};
    for (const part of [0, 1, 2]) {
      const own = parts.filter(([, , shard]) => shard === part);
      const file = `model-0000${part + 1}-of-00003.safetensors`;
      await writeStoredTensors(join(folder, file), new Map(own.map(([name, tensor]) => [name, tensor])));
      for (const [name] of own) weight_map[name] = file;
    }
    const index = join(folder, 'model.safetensors.index.json');
    writeFileSync(index, JSON.stringify({ metadata: { total_size: 1 }, weight_map }));
    return { index, weight_map };
  };

  it('in several files is that of its index, or of the folder', async () => {
    const folder = join(temporary, 'sharded');
    const { index } = await shardsIn(folder);
    const whole = await open(source, 'one.safetensors');
    const expected = await writeCheckpointFolder(join(temporary, 'one'), whole);
    for (const path of [index, folder]) {
      const checkpoint = await openCheckpoint(path);
      expect(checkpoint.layout).toBe('sam');
      expect(await writeCheckpointFolder(join(temporary, 'several'), checkpoint)).toBe(expected);
      await checkpoint.close();
    }
    await whole.close();
  });

  it('in several files of torch.save is that of their index, or of the folder', async () => {
    const folder = join(temporary, 'sharded-torch');
    mkdirSync(folder);
    const weight_map: Record<string, string> = {};
    for (const part of [0, 1, 2]) {
      const own = parts.filter(([, , shard]) => shard === part);
      const longest = Math.max(...own.map(([, { shape }]) => product(shape)));
      const file = `pytorch_model-0000${part + 1}-of-00003.bin`;
      const shapes = Object.fromEntries(own.map(([name, { shape }]) => [name, { shape }]));
      writeFileSync(join(folder, file), torchCheckpoint(shapes, new Float32Array(longest)));
      for (const [name] of own) weight_map[name] = file;
    }
    const index = join(folder, 'pytorch_model.bin.index.json');
    writeFileSync(index, JSON.stringify({ metadata: {}, weight_map }));
    for (const path of [index, folder]) {
      const checkpoint = await openCheckpoint(path);
      expect([...checkpoint.tensors.keys()].sort()).toEqual([...source.keys()].sort());
      await checkpoint.close();
    }
    await expect(openCheckpoint(join(folder, 'pytorch_model-00002-of-00003.bin'))).rejects.toThrow(
      /one part of 3|and no/,
    );
  });

  it('in several files is refused where a file, a tensor or the index is missing or wrong', async () => {
    const folder = join(temporary, 'broken');
    const { index, weight_map } = await shardsIn(folder);
    const write = (map: unknown) => writeFileSync(index, JSON.stringify({ weight_map: map }));
    await expect(openCheckpoint(join(folder, 'model-00002-of-00003.safetensors'))).rejects.toThrow(/one part of 3/);
    write({ ...weight_map, 'image_encoder.more': 'model-00001-of-00003.safetensors' });
    await expect(openCheckpoint(index)).rejects.toThrow(/does not have the tensor "image_encoder\.more"/);
    write({ ...weight_map, 'image_encoder.more': '../../secret.safetensors' });
    await expect(openCheckpoint(index)).rejects.toThrow(/not a file beside it/);
    write({ ...weight_map, 'image_encoder.more': 'model-00004-of-00003.safetensors' });
    await expect(openCheckpoint(index)).rejects.toThrow(/cannot read .*00004/);
    for (const text of ['[]', '{"weight_map": {"a": 1}}', '{']) {
      writeFileSync(index, text);
      await expect(openCheckpoint(index)).rejects.toThrow(/is no index of files of tensors/);
    }
  });

  it.each([
    [
      'micro-sam',
      'sam',
      names.sam,
      (own: Saved): Saved => ({ model_state: own, decoder_state: { 'out_conv.bias': { shape: [2] } } }),
    ],
    [
      'LiteMedSAM',
      'mobilesam',
      { ...names.mobilesam, ...Object.fromEntries(decoder) },
      (own: Saved): Saved => ({
        model: own,
        epoch: 100,
        optimizer: { state: {}, param_groups: {} },
        loss: 1,
        best_loss: 1,
      }),
    ],
    [
      'MedSAM of data-parallel training',
      'sam',
      Object.fromEntries(Object.entries(names.sam).map(([name, shape]) => [`module.${name}`, shape])),
      (own: Saved): Saved => ({ model: own, epoch: 3 }),
    ],
  ] as const)('of %s has the network under its own keys', async (name, layout, shapes, wrap) => {
    const path = join(temporary, `${name}.pth`);
    const longest = Math.max(...Object.values(shapes).map(product));
    const own = Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, { shape }]));
    writeFileSync(path, torchCheckpoint(wrap(own), new Float32Array(longest).fill(0.5)));
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.layout).toBe(layout);
    const expected = architecture(layout === 'sam' ? 'vit-b' : 'mobilesam');
    expect(checkpoint.description.encoder).toEqual(expected.encoder);
    expect(checkpoint.tensors.size).toBe(ownShapes(expected).size);
    await checkpoint.close();
    rmSync(path);
  });

  it.each([
    ['encoder.engine', /a TensorRT engine, which is not read/, '\x08\x07\x12\x07py'],
    ['model.h5', /HDF5/, ''],
    ['model.pth', /HDF5/, '\x89HDF\r\n\x1a\n'],
    ['model.bin', /is a file of another library, which is not read/, 'GGUF\x03'],
    ['sam.bin', /is a file of another library/, 'lmgg\x01'],
    ['arrays.npz', /arrays of NumPy/, 'PK'],
    ['arrays.pth', /arrays of NumPy/, '\x93NUMPY\x01'],
    ['lite.pth', /a network for one kind of device/, '\x1c\0\0\0TFL3'],
    ['openvino.xml', /a network of OpenVINO/, '<?xml version="1.0"?>\n<net name="sam" version="11">'],
    ['openvino.bin', /the weights of a network of OpenVINO/, '\x01\x02\x03\xff'],
    ['picture.pth', /is a picture/, '\x89PNG\r\n\x1a\n'],
    ['photo.pt', /is a picture/, '\xff\xd8\xff\xe0'],
    ['list.pth', /another pickle, which holds a list of 2/, '\x80\x02](K\x01K\x02e.'],
    ['values.pkl', /another pickle, which holds a dictionary with "a"/, '\x80\x04}X\x01\0\0\0aK\x01s.'],
    ['dumped.pth', /tensors as pickle\.dump writes them/, '\x80\x02ctorch.storage\n_load_from_bytes\n.'],
    ['program.pt2', /a program of torch\.export/, 'PK'],
    ['model.pth.zst', /packed by Zstandard/, '\x28\xb5\x2f\xfd'],
    ['rest.bin', /no checkpoint of torch\.save: it begins as nothing that is known/, '\x01\x02\x03\xff'],
    ['model.tar.gz', /is packed by gzip/, '\x1f\x8b\x08'],
    ['model.pt', /is a tar archive/, `${'sam/'.padEnd(257, '\0')}ustar`],
    ['model.ckpt', /is empty/, ''],
  ])('of another library, or packed, is told by its name or its beginning: %s', async (file, message, content) => {
    writeFileSync(join(temporary, file), Buffer.from(content, 'latin1'));
    await expect(openCheckpoint(join(temporary, file))).rejects.toThrow(message);
  });

  it('of ONNX under another name is one half of a network', async () => {
    const path = join(mkdtempSync(join(temporary, 'half-')), 'half.pth');
    writeFileSync(path, Buffer.from('\x08\x07\x12\x07pytorch', 'latin1'));
    await expect(openCheckpoint(path)).rejects.toThrow(/is one half of a network, and no other \.onnx is beside it/);
  });

  it('is not the settings that lie beside it', async () => {
    for (const [file, text] of [
      ['config.json', '{"model_type": "sam"}'],
      ['sam.yaml', 'model: sam\n'],
    ] as const) {
      writeFileSync(join(temporary, file), text);
      await expect(openCheckpoint(join(temporary, file))).rejects.toMatchObject({
        remedy: 'give the .pth or .safetensors that it belongs to',
      });
      rmSync(join(temporary, file));
    }
  });

  it('with a head of another task says which tensors are not its own', async () => {
    const tensors = new Map(source).set('classifier.weight', { shape: [2], read: async () => new Float32Array(2) });
    await expect(open(tensors, 'head.safetensors')).rejects.toMatchObject({
      message: expect.stringMatching(/1 tensors do not fit the description: unknown classifier\.weight \[2\]/),
      remedy: expect.stringMatching(/without those that are unknown/),
    });
  });

  it.each([
    ['zero_to_fp32.py', /sharded weights \(DeepSpeed\)/],
    ['__0_0.distcp', /sharded weights \(torch\.distributed\.checkpoint\)/],
    ['tf_model.h5', /a network of TensorFlow/],
    ['flax_model.msgpack', /a network of Flax/],
    ['openvino_model.xml', /a network of OpenVINO/],
    ['encoder.onnx', /holds a network as ONNX/],
    ['readme.txt', /cannot read .*network\.json/],
  ])('of another library in a folder is told by what lies there: %s', async (file, message) => {
    const folder = mkdtempSync(join(temporary, 'folder-'));
    writeFileSync(join(folder, file), 'x');
    await expect(openCheckpoint(folder)).rejects.toThrow(message);
  });

  it.each([
    ['mobile.safetensors', /holds an image encoder and no mask decoder/],
    ['ddp.safetensors', /the tensor .*, from which the sizes follow|which belongs to a batch norm/],
    ['sam_vit_b.pth', /is no checkpoint but a Git LFS pointer/],
    ['mobile_sam.pt', /is no checkpoint but a web page/],
  ])('that people bring is told for what it is: %s', async (file, message) => {
    const path = resolve(import.meta.dirname, '../../assets/checkpoints', file);
    await expect(openCheckpoint(path)).rejects.toThrow(message);
    await expect(openCheckpoint(path)).rejects.toBeInstanceOf(ModelError);
  });

  it('with numbers that are none is refused by the tensor, read, converted and exported', async () => {
    const name = 'image_encoder.neck.1.bias';
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const tensors = new Map(source);
      tensors.set(name, { shape: [256], read: async () => new Float32Array(256).fill(bad, 200) });
      const checkpoint = await open(tensors, 'nan.safetensors');
      const says = new RegExp(`the tensor ${name.replaceAll('.', '\\.')} holds ${bad} at element 200`);
      const folder = join(temporary, `nan${bad}`);
      await expect(writeCheckpointFolder(folder, checkpoint)).rejects.toThrow(says);
      await expect(exportCheckpoint(join(folder, 'out.safetensors'), checkpoint, samLayout)).rejects.toThrow(says);
      await checkpoint.close();
      const whole = await open(source, 'whole.safetensors');
      await writeCheckpointFolder(folder, whole);
      await whole.close();
      await writeStoredTensors(join(folder, 'weights.safetensors'), tensors);
      await expect(readModel(folder)).rejects.toThrow(says);
    }
  });

  it.each([
    ['pixelStd', [58, 0, 57]],
    ['pixelStd', [58, -1, 57]],
    ['pixelStd', [58, Number.NaN, 57]],
    ['pixelMean', [Number.POSITIVE_INFINITY, 1, 2]],
  ])('whose %s is %j cannot be described', (member, value) => {
    expect(() => parseDescription({ ...description, [member]: value }, 'network.json')).toThrow(
      new RegExp(`: ${member}\\.\\d: `),
    );
  });

  it('of another network is refused by its names', async () => {
    const other = filled([['encoder.layer.0.weight', [2, 2]]]);
    await expect(open(other, 'other.safetensors')).rejects.toThrow(/no known network.*encoder\.layer\.0\.weight/);
    await expect(openCheckpoint(join(temporary, 'absent.pth'))).rejects.toThrow(/cannot read/);
    writeFileSync(join(temporary, 'empty.safetensors'), '');
    await expect(openCheckpoint(join(temporary, 'empty.safetensors'))).rejects.toThrow(ModelError);
  });

  it('of a cut network fits no class with one width for all layers', () => {
    const { encoder } = description;
    if (encoder.family !== 'sam-vit') throw new Error('the tiny network is a SAM');
    const [first, second] = encoder.layers;
    if (first === undefined || second === undefined) throw new Error('it has two layers');
    for (const cut of [
      { ...second, mlpWidth: 8 },
      { ...second, heads: 1 },
    ]) {
      const smaller = { ...description, encoder: { ...encoder, layers: [first, cut] } };
      expect(() => samLayout.write(smaller, source)).toThrow(/layer 1 has another/);
    }
    for (const layout of checkpointLayouts.filter(({ name }) => name === 'mobilesam' || name === 'efficientsam')) {
      expect(() => layout.write(description, source)).toThrow(/has no sam-vit encoder/);
    }
  });

  it.each([
    ['fewer heads', { attention: true, heads: 3, mlpWidth: 640 }],
    ['no attention', { attention: false, mlpWidth: 640 }],
    ['a narrower MLP', { attention: true, mlpWidth: 320 }],
  ])('of a TinyViT with %s does not fit the class of the whole', (_, cut) => {
    const mobile = architecture('mobilesam');
    if (mobile.encoder.family !== 'tinyvit') throw new Error('MobileSAM has a TinyViT');
    const stages = mobile.encoder.stages.map((stage, i) =>
      i === 1 ? { ...stage, blocks: [cut, ...stage.blocks.slice(1)] } : stage,
    );
    const smaller = { ...mobile, encoder: { ...mobile.encoder, stages } };
    expect(() => mobileSamLayout.write(smaller, new Map())).toThrow(/every branch with all its heads/);
  });

  it('of an encoder with the decoder of another family, as a distilled one may have, fits no class', () => {
    const mixed = { ...description, decoder: 'efficientsam' as const };
    expect(() => samLayout.write(mixed, source)).toThrow(/has no efficientsam decoder/);
  });
});

describe('batch norms', () => {
  const { layer, weight, bias } = read('batch-norm.json') as {
    layer: Record<string, { shape: number[]; data: number[] }>;
    weight: number[];
    bias: number[];
  };
  const tensors = new Map(
    Object.entries(layer).map(([name, { shape, data }]) => [
      `layer.${name}`,
      { shape, read: async () => Float32Array.from(data) },
    ]),
  );
  const near = async (tensor: StoredTensor | undefined, expected: readonly number[]) => {
    const values = await tensor?.read();
    expect(values?.length).toBe(expected.length);
    expected.forEach((value, i) => {
      expect(values?.[i]).toBeCloseTo(value, 5);
    });
  };

  it('fold as PyTorch folds them', async () => {
    const folded = foldBatchNorm(tensors, 'layer');
    await near(folded.get('layer.c.weight'), weight);
    await near(folded.get('layer.c.bias'), bias);
  });

  it('unfold to ones that fold back', async () => {
    const folded = foldBatchNorm(tensors, 'layer');
    const again = foldBatchNorm(unfoldBatchNorm(folded, 'layer'), 'layer');
    await near(again.get('layer.c.weight'), weight);
    await near(again.get('layer.c.bias'), bias);
  });

  it('that are not whole are an error', () => {
    const partial = new Map(tensors);
    partial.delete('layer.bn.running_var');
    expect(() => foldBatchNorm(partial, 'layer')).toThrow(/layer\.bn\.running_var, .* is missing/);
    partial.set('layer.bn.running_var', { shape: [3], read: async () => new Float32Array(3) });
    expect(() => foldBatchNorm(partial, 'layer')).toThrow(/is \[3\], should be \[4\]/);
  });
});

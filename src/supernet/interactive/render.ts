import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { builtModule } from '../../base/package-root.js';
import { htmlPage } from '../../charts/html-page.js';
import { paretoChart } from '../../charts/pareto-chart.js';
import { element, text } from '../../charts/svg/element.js';
import { inputFormat } from '../model/description.js';
import { contentSize, type InputFormat } from '../model/segmentation.js';
import type { ReportInput } from '../report/report-model.js';
import { type Gathered, gatherNetworks, type PageFile, pageFile } from './gather.js';
import { PAGE_DATA, type PageData, type PageImage, RUNTIME_SCRIPT, RUNTIME_WASM } from './page-data.js';

/** Bytes that a page may have. */
const MOST = 58e6;

/**
 * A page that holds networks, a runtime for them and images, and needs nothing else: opened from disk it segments what is
 * clicked on. Nothing can leave it, as its policy says to the browser.
 */
export async function renderInteractive(folder: string, input: ReportInput): Promise<string> {
  const runtime = await runtimeFiles();
  const taken = runtime.reduce((sum, file) => sum + file.text.length, 0);
  const gathered = await gatherNetworks(folder, input, MOST - taken);
  const format = inputFormat(gathered.model.description);
  const data: PageData = {
    format,
    grid: gathered.encoder.grid,
    networks: gathered.networks.map((network) => ({
      ...network,
      ...{ encoder: network.encoder.id, decoder: network.decoder.id },
    })),
    images: await Promise.all(input.maskPanels.map((panel) => pageImage(panel, format))),
  };
  const files = new Map(
    [...runtime, ...gathered.networks.flatMap(({ encoder, decoder }) => [encoder, decoder])].map((file) => [
      file.id,
      file,
    ]),
  );
  const script = await readFile(builtModule('supernet/interactive/client/page.js'), 'utf8');
  const style = await readFile(builtModule('supernet/interactive/client/page.css'), 'utf8');
  const body = [
    pageBody(input, gathered),
    inert(PAGE_DATA, 'application/json', JSON.stringify(data).replaceAll('<', '\\u003c')),
    ...[...files.values()].map((file) => inert(file.id, 'application/gzip', file.text)),
    `<script type="module">${script.replaceAll('</script', '<\\/script')}</script>`,
  ].join('\n');
  return htmlPage(
    `${input.title}: try it`,
    body,
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${style}</style>`,
  );
}

/** Nothing is asked for from anywhere; the runtime is started from bytes that are in the page. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' blob: 'wasm-unsafe-eval'; worker-src blob:; style-src 'unsafe-inline'; img-src data: blob:";

const inert = (id: string, type: string, content: string): string =>
  `<script id="${id}" type="${type}">${content}</script>`;

/** ONNX Runtime for browsers, as the build took it out of its package, which is ten times as large. */
async function runtimeFiles(): Promise<PageFile[]> {
  const read = (file: string) => readFile(builtModule(`supernet/interactive/runtime/${file}`));
  return [
    pageFile(RUNTIME_SCRIPT, await read('ort.wasm.bundle.min.mjs')),
    pageFile(RUNTIME_WASM, await read('ort-wasm-simd-threaded.wasm')),
  ];
}

/** What the networks see is resized here, as for every score, so that masks are those of `supersam predict`. */
async function pageImage({ name, image }: ReportInput['maskPanels'][number], format: InputFormat): Promise<PageImage> {
  const { width, height, rgb } = image;
  const { inputSize } = format;
  const [w, h] = format.resize === 'squash' ? [inputSize, inputSize] : contentSize(width, height, inputSize);
  const picture = () => sharp(rgb, { raw: { width, height, channels: 3 } });
  const address = async (png: Promise<Buffer>) => `data:image/png;base64,${(await png).toString('base64')}`;
  return {
    ...{ name, width, height },
    picture: await address(picture().png().toBuffer()),
    content: await address(picture().resize(w, h, { fit: 'fill', kernel: 'linear' }).png().toBuffer()),
  };
}

function pageBody({ title, study, chosen }: ReportInput, { networks, leftOut }: Gathered): string {
  const marked = chosen.flatMap(({ name, trial }) => (trial === null ? [] : [{ name, trial }]));
  const { trials, objectives, baselines } = study;
  const front = objectives.length > 1 ? paretoChart({ trials, objectives, chosen: marked, baselines }) : '';
  const last = networks.length - 1;
  const missing = leftOut.map(({ name, megabytes }) => `${name} would add ${megabytes.toFixed(0)} MB and is left out`);
  return element(
    'main',
    {},
    element('h1', {}, text(`${title}: try it`)),
    element(
      'p',
      { class: 'headline' },
      'Click on an object, or draw a box around it. Everything runs in this page: no network is needed and no image leaves it.',
    ),
    element('div', { id: 'images', role: 'group', 'aria-label': 'images' }),
    element(
      'p',
      { class: 'tools' },
      element('label', {}, 'an image of your own ', '<input id="own" type="file" accept="image/*">'),
      element(
        'label',
        {},
        '<input id="outside" type="checkbox"> ',
        'clicks mark what is not the object (the right button always does)',
      ),
      '<button id="clear" type="button">clear</button>',
    ),
    element('div', { class: 'panels' }, panel('left'), panel('right')),
    element(
      'p',
      { class: 'slider' },
      element(
        'label',
        { for: 'which' },
        networks.length > 1 ? 'on the right, along the front: ' : 'one network: ',
        element('output', { id: 'which-name', for: 'which' }, ''),
      ),
      `<input id="which" type="range" min="${Math.min(1, last)}" max="${last}" step="1" value="${last}"${last < 2 ? ' disabled' : ''}>`,
      element('span', { class: 'quiet' }, 'larger to smaller'),
    ),
    element('p', { id: 'status', role: 'status', class: 'quiet' }, 'starting …'),
    missing.length === 0 ? '' : element('p', { class: 'quiet' }, text(`For the page's size: ${missing.join('; ')}.`)),
    front === ''
      ? ''
      : element(
          'figure',
          {},
          front,
          element('figcaption', {}, 'The front that the search found, on validation images.'),
        ),
  );
}

const panel = (side: string): string =>
  element(
    'figure',
    { class: 'panel', id: side },
    element(
      'div',
      { class: 'stack' },
      '<canvas class="picture"></canvas>',
      '<canvas class="mask"></canvas>',
      '<canvas class="prompt" tabindex="0" role="img"></canvas>',
    ),
    element('figcaption', {}, ''),
  );

import { maskPixels } from '../../predict/predicted-mask.js';
import type { PromptPoint } from '../../predict/prompt.js';
import { PAGE_DATA, type PageData, type PageNetwork } from '../page-data.js';
import { textOf } from './embedded-files.js';
import { ownImage, pageImage, type ShownImage } from './images.js';
import { type Answer, type Networks, startNetworks } from './networks.js';
import { drawAnswer, drawImage, drawPrompt, PANEL_COLOURS } from './panel.js';
import { type Asked, listen } from './pointer.js';

const data = JSON.parse(textOf(PAGE_DATA)) as PageData;
const found = <E extends Element>(selector: string): E => {
  const element = document.querySelector<E>(selector);
  if (element === null) throw new Error(`the page has no ${selector}`);
  return element;
};
const panels = (['left', 'right'] as const).map((id, i) => ({
  figure: found<HTMLElement>(`#${id}`),
  picture: found<HTMLCanvasElement>(`#${id} .picture`),
  mask: found<HTMLCanvasElement>(`#${id} .mask`),
  prompt: found<HTMLCanvasElement>(`#${id} .prompt`),
  caption: found<HTMLElement>(`#${id} figcaption`),
  colour: PANEL_COLOURS[i] as string,
}));
const status = found<HTMLElement>('#status');
const which = found<HTMLInputElement>('#which');
const outside = found<HTMLInputElement>('#outside');

let networks: Networks | undefined;
let image: ShownImage | undefined;
let box: Asked['box'];
let points: PromptPoint[] = [];
/** Of the latest question: an answer to an older one is not shown. */
let asked = 0;

/** The network of each panel: the largest, and the one that the slider is at. */
const shown = (): PageNetwork[] =>
  data.networks.length === 1
    ? [data.networks[0] as PageNetwork]
    : [data.networks[0] as PageNetwork, data.networks[Number(which.value)] as PageNetwork];

function describe({ name, megabytes, encoderParameters, scores }: PageNetwork, answer?: Answer): string {
  const millions = `${(encoderParameters / 1e6).toFixed(2)} M parameters, ${megabytes.toFixed(1)} MB`;
  const score = Object.entries(scores).map(([prompt, iou]) => `${prompt} ${iou.toFixed(3)}`);
  const tested = score.length === 0 ? '' : `; mean IoU on test images: ${score.join(', ')}`;
  if (answer === undefined) return `${name}: ${millions}${tested}`;
  const { mask, encodeMs, decodeMs } = answer;
  const times = `embedded in ${encodeMs.toFixed(0)} ms, answered in ${decodeMs.toFixed(0)} ms`;
  return `${name}: ${millions}${tested}. ${times}; ${mask.area} pixels, predicted IoU ${mask.predictedIou.toFixed(2)}`;
}

async function show(): Promise<void> {
  const own = ++asked;
  found('#which-name').textContent = shown().at(-1)?.name ?? '';
  panels[1]?.figure.toggleAttribute('hidden', data.networks.length === 1);
  if (image === undefined) return;
  for (const [i, network] of shown().entries()) {
    const panel = panels[i] as (typeof panels)[number];
    drawImage(panel, image.picture);
    drawPrompt(panel.prompt, { box, points });
    panel.caption.textContent = describe(network);
    panel.figure.dataset['answered'] = '';
  }
  if (networks === undefined || (box === undefined && points.length === 0)) return;
  for (const [i, network] of shown().entries()) {
    const panel = panels[i] as (typeof panels)[number];
    status.textContent = `asking ${network.name} …`;
    // The runtime works on this thread: what was drawn has to be seen first.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const answer = await networks.ask(network, image.ready, { box, points });
    if (own !== asked) return;
    drawAnswer(panel, maskPixels(answer.mask));
    panel.caption.textContent = describe(network, answer);
    panel.prompt.ariaLabel = `mask of ${network.name}: ${answer.mask.area} pixels`;
    panel.figure.dataset['answered'] = network.name;
  }
  status.textContent = ready();
}

const ready = (): string =>
  networks === undefined
    ? 'starting …'
    : `ready, on ${networks.threads === 1 ? 'one thread' : `${networks.threads} threads`} of this browser`;

function take(next: ShownImage): void {
  [image, box, points] = [next, undefined, []];
  for (const button of document.querySelectorAll('#images button')) {
    button.ariaPressed = String(button.getAttribute('data-name') === next.name);
  }
  perhaps(show());
}

/** Whatever goes wrong is said on the page. */
function perhaps(work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    status.textContent = `this did not work: ${error instanceof Error ? error.message : String(error)}`;
  });
}

for (const { prompt } of panels) {
  listen(prompt, (question) => {
    if (question.box !== undefined) box = question.box;
    if (question.point !== undefined) {
      const isOutside = question.isOutside || outside.checked;
      points = [...points, { ...question.point, label: isOutside ? 0 : 1 }];
    }
    perhaps(show());
  });
}
found('#clear').addEventListener('click', () => {
  [box, points] = [undefined, []];
  perhaps(show());
});
which.addEventListener('input', () => perhaps(show()));
const takeFile = async (file: File | undefined): Promise<void> => {
  if (file !== undefined) take(await ownImage(file, data));
};
found<HTMLInputElement>('#own').addEventListener('change', (event) =>
  perhaps(takeFile((event.target as HTMLInputElement).files?.[0])),
);
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('dropping');
});
document.addEventListener('dragleave', () => document.body.classList.remove('dropping'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('dropping');
  perhaps(takeFile(event.dataTransfer?.files[0]));
});

for (const each of data.images) {
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset['name'] = each.name;
  const small = document.createElement('img');
  [small.src, small.alt] = [each.picture, each.name];
  button.append(small);
  button.addEventListener('click', () => perhaps(pageImage(each, data).then(take)));
  found('#images').append(button);
}

async function start(): Promise<void> {
  const [first] = data.images;
  if (first !== undefined) take(await pageImage(first, data));
  networks = await startNetworks(data);
  status.textContent = ready();
  await show();
}
perhaps(start());

import { summariseFront } from '../../charts/front-summary.js';
import { historyChart } from '../../charts/history-chart.js';
import { htmlPage, responsiveFigure, scrollBox, WIDE } from '../../charts/html-page.js';
import { paretoChart } from '../../charts/pareto-chart.js';
import { element, text } from '../../charts/svg/element.js';
import { formatCount, formatIou, formatPercent } from '../../charts/svg/format.js';
import { blockChart } from './block-chart.js';
import { controlsTable, MASK_TITLES, tableCaption } from './controls-table.js';
import { comparisons, comparisonsSentence, headline, headlineSplit } from './findings.js';
import { maskPanelPng } from './mask-pictures.js';
import { rankingChart } from './ranking-chart.js';
import { finishedName, type MaskPanel, type ReportInput, type ReportRow } from './report-model.js';
import { TRAINING_SIZE, trainingCharts } from './training-charts.js';

/** The report as one HTML page: style, pictures and masks inside, no scripts, nothing loaded from elsewhere. */
export async function renderReport(input: ReportInput): Promise<string> {
  const panels = await Promise.all(input.maskPanels.map(maskPanel));
  const body = element(
    'main',
    {},
    element('h1', {}, text(input.title)),
    element('p', { class: 'headline' }, text(headline(input))),
    misses(input),
    controls(input),
    search(input),
    use(input),
    blocks(input),
    section('What each block is worth', (input.ranking ?? []).length > 0, () => [
      paragraph('Measured on the pre-trained network before anything was trained: one block left out at a time.'),
      responsiveFigure(({ width }) => rankingChart(input.ranking ?? [], width)),
    ]),
    section('Training of the supernet', input.training.length > 0, () => [
      element(
        'div',
        { class: 'side' },
        ...trainingCharts(input.training).map(({ draw }) => responsiveFigure(draw, '', TRAINING_SIZE)),
      ),
    ]),
    section('Masks', panels.length > 0, () => [
      paragraph('White outlines are the true masks; the coloured areas are what a network gave for the same prompts.'),
      ...panels,
    ]),
    origin(input),
  );
  return htmlPage(input.title, body);
}

function misses(input: ReportInput): string {
  const found = comparisons(input);
  if (found.count === 0) return '';
  const sentence = element('p', {}, text(comparisonsSentence(found)));
  if (found.missed.length === 0) return sentence;
  const lines = element('ul', { class: 'notes' }, ...found.missed.map((miss) => element('li', {}, text(miss))));
  return (
    sentence +
    folded(found.missed.length === 1 ? 'The one that is not won' : `The ${found.missed.length} that are not won`, lines)
  );
}

const isFinished = (subnet: string, rows: readonly ReportRow[]): boolean =>
  rows.some(({ name }) => name === finishedName(subnet));

function controls({ rows, chosen }: ReportInput): string {
  const split = headlineSplit(rows);
  const names = new Set(chosen.map(({ name }) => name));
  const masks = (['single', 'predicted', 'oracle'] as const).filter((mask) =>
    rows.some((row) => row.mask === mask && row.split === split),
  );
  const table = (mask: ReportRow['mask']) => scrollBox(MASK_TITLES[mask], controlsTable(rows, split, mask, names));
  return section('Scores and controls', masks.length > 0, () => [
    paragraph(
      'Every network saw the same images and the same prompts. Shaded lines are the subnets the search chose on the validation split.' +
        (chosen.some(({ name }) => isFinished(name, rows))
          ? ' A finished one is the mean of the chosen subnet and of what it became when it was trained on alone.'
          : ''),
    ),
    ...masks.map((mask, i) =>
      i === 0
        ? element('p', {}, element('b', {}, text(`${MASK_TITLES[mask]}.`)), text(` ${tableCaption(rows, split)}`)) +
          table(mask)
        : folded(MASK_TITLES[mask], table(mask)),
    ),
  ]);
}

function search({ study, chosen }: ReportInput): string {
  const { trials, objectives, baselines } = study;
  return section('The search', trials.length > 0, () => {
    const summary = summariseFront(trials, objectives);
    const several = objectives.length > 1;
    const marked = chosen.flatMap(({ name, trial }) => (trial === null ? [] : [{ name, trial }]));
    return [
      paragraph(
        `${trials.length} trials, ${summary.complete.length} of them measured` +
          (several
            ? `; ${summary.front.length} are on the Pareto front, which covers ${formatPercent(summary.coveredShare)} of the ${objectives.length === 2 ? 'rectangle' : 'box'} ` +
              'from the best value of every objective to a tenth of the range beyond the worst.'
            : '.'),
      ),
      several
        ? responsiveFigure((size) => paretoChart({ trials, objectives, chosen: marked, baselines, size }), SCALE)
        : '',
      responsiveFigure(
        (size) => historyChart(trials, objectives, size),
        'The foot shows which technique proposed each trial.',
      ),
    ];
  });
}

/** The search measures otherwise than the tables score, so the same network has two numbers. */
const SCALE =
  'All points, the pre-trained star too: validation split, mean of box and point prompts, single mask. The tables score on another split, a prompt at a time.';

/** The files of the chosen subnets, and of their finished likenesses where there are any, and what to do with them. */
function use({ chosen, rows }: ReportInput): string {
  const models = chosen.flatMap(({ name }) => [
    { name, decoder: 'decoder.onnx' },
    ...(isFinished(name, rows) ? [{ name: finishedName(name), decoder: `${finishedName(name)}/decoder.onnx` }] : []),
  ]);
  return section('Use this model', chosen.length > 0, () => {
    const code = (content: string) => element('code', {}, text(content));
    return [
      paragraph(
        'The run leaves these beside this page; where they are not kept, the command at the foot makes them anew.',
      ),
      scrollBox(
        'Files of the chosen subnets',
        element(
          'table',
          { class: 'files' },
          element(
            'thead',
            {},
            element(
              'tr',
              {},
              ...['subnet', 'encoder', 'decoder', 'weights'].map((head) =>
                element('th', { scope: 'col', class: 'name' }, head),
              ),
            ),
          ),
          element(
            'tbody',
            {},
            ...models.map(({ name, decoder }) =>
              element(
                'tr',
                {},
                element('th', { scope: 'row', class: 'name' }, text(name)),
                ...[`${name}/encoder.onnx`, decoder, `${name}/weights.safetensors`].map((file) =>
                  element('td', { class: 'name' }, code(`models/${file}`)),
                ),
              ),
            ),
          ),
        ),
      ),
      element(
        'p',
        {},
        `Encoder and decoder take what every published SAM takes, whatever the network's size: an image of 1024 x 1024, points in its pixels, ${code('mask_input')} of 256 x 256. `,
        `${code('model-card.md')} in each folder says the rest. Masks of own images, what a subnet is made of, and its score on a split:`,
      ),
      element(
        'pre',
        {},
        text(
          chosen
            .map(
              ({ name }) =>
                `supersam predict photo.jpg --model models/${name} --box 120,80,60,40 --output masks\nsupersam describe models/${name}\nsupersam evaluate --model models/${name} --split test`,
            )
            .join('\n'),
        ),
      ),
      paragraph(
        'They are scored on the nuclei of the package unless --data names another data set, such as the one of the command at the foot.',
      ),
    ];
  });
}

function blocks({ blocks, chosen }: ReportInput): string {
  return section('Blocks and widths of the chosen subnets', blocks.subnets.length > 0, () => [
    paragraph('Filled: kept. A share: that part of the hidden units, the most important ones. A cross: removed.'),
    ...blocks.subnets.map((subnet) => {
      const found = chosen.find(({ name }) => name === subnet.name);
      const size =
        found === undefined
          ? ''
          : `: ${formatCount(found.encoderParameters)} encoder parameters (${formatPercent(-found.reduction)})`;
      return element(
        'div',
        {},
        element('h3', {}, text(`${subnet.name}${size}`)),
        responsiveFigure(({ width }) => blockChart(blocks, subnet, width < WIDE.width ? 'tall' : 'wide')),
      );
    }),
  ]);
}

async function maskPanel({ name, image, overlays }: MaskPanel): Promise<string> {
  const picture = async (title: string, alt: string, png: Promise<Buffer>) =>
    element(
      'figure',
      {},
      element('img', { src: `data:image/png;base64,${(await png).toString('base64')}`, alt }),
      element('figcaption', {}, text(title)),
    );
  const pictures = [
    picture('image', `${name}, the image alone`, maskPanelPng(image)),
    ...overlays.map((overlay) =>
      picture(
        `${overlay.title}: IoU ${formatIou(overlay.iou)}`,
        `${name}, masks of ${overlay.title}, mean IoU ${formatIou(overlay.iou)}`,
        maskPanelPng(image, overlay),
      ),
    ),
  ];
  return element(
    'div',
    {},
    element('h3', {}, text(name)),
    element('div', { class: 'masks' }, ...(await Promise.all(pictures))),
  );
}

function origin({ command, environment, dataset }: ReportInput): string {
  const splits = Object.entries(dataset.splits).map(([split, images]) => `${split} ${images}`);
  const facts: [string, string][] = [
    ['data', `${dataset.name} (${dataset.licence}); images: ${splits.join(', ')}`],
    ...Object.entries(environment),
  ];
  return section('How to get this again', true, () => [
    element('pre', {}, text(command)),
    element(
      'table',
      { class: 'facts' },
      element('caption', {}, 'What it ran on'),
      element(
        'tbody',
        {},
        ...facts.map(([key, value]) =>
          element('tr', {}, element('th', { scope: 'row' }, text(key)), element('td', {}, text(value))),
        ),
      ),
    ),
  ]);
}

/** A headed part of the page, or nothing when there is nothing to say. */
function section(title: string, wanted: boolean, content: () => readonly string[]): string {
  return wanted ? element('section', {}, element('h2', {}, text(title)), ...content()) : '';
}

const paragraph = (content: string): string => element('p', { class: 'quiet' }, text(content));

const folded = (summary: string, content: string): string =>
  element('details', {}, element('summary', {}, text(summary)), content);

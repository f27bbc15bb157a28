import { summariseFront } from '../../charts/front-summary.js';
import { historyChart } from '../../charts/history-chart.js';
import { htmlPage } from '../../charts/html-page.js';
import { paretoChart } from '../../charts/pareto-chart.js';
import { element, text } from '../../charts/svg/element.js';
import { formatCount, formatIou, formatPercent, metricLabel } from '../../charts/svg/format.js';
import { blockChart } from './block-chart.js';
import { controlsTable } from './controls-table.js';
import { headline, headlineSplit } from './findings.js';
import { maskPanelPng } from './mask-pictures.js';
import { rankingChart } from './ranking-chart.js';
import type { MaskPanel, ReportInput } from './report-model.js';
import { trainingCharts } from './training-charts.js';

/** The report as one HTML page: style, pictures and masks inside, no scripts, nothing loaded from elsewhere. */
export async function renderReport(input: ReportInput): Promise<string> {
  const panels = await Promise.all(input.maskPanels.map(maskPanel));
  const body = element(
    'main',
    {},
    element('h1', {}, text(input.title)),
    element('p', { class: 'headline' }, text(headline(input))),
    notes(input),
    controls(input),
    search(input),
    blocks(input),
    section('What each block is worth', (input.ranking ?? []).length > 0, () => [
      paragraph('Measured on the pre-trained network before anything was trained: one block left out at a time.'),
      figure(rankingChart(input.ranking ?? [])),
    ]),
    section('Training of the supernet', input.training.length > 0, () => [
      element('div', { class: 'side' }, ...trainingCharts(input.training).map(({ svg }) => figure(svg))),
    ]),
    section('Masks', panels.length > 0, () => [
      paragraph('White outlines are the true masks; the coloured areas are what a network gave for the same prompts.'),
      ...panels,
    ]),
    origin(input),
  );
  return htmlPage(input.title, body);
}

function notes({ notes }: ReportInput): string {
  return notes.length === 0
    ? ''
    : element('ul', { class: 'notes' }, ...notes.map((note) => element('li', {}, text(note))));
}

function controls({ rows, chosen }: ReportInput): string {
  const split = headlineSplit(rows);
  const names = new Set(chosen.map(({ name }) => name));
  const masks = (['single', 'predicted', 'oracle'] as const).filter((mask) =>
    rows.some((row) => row.mask === mask && row.split === split),
  );
  return section('Scores and controls', masks.length > 0, () => [
    paragraph(
      'Every network saw the same images and the same prompts. Shaded lines are the subnets the search chose on the validation split.',
    ),
    ...masks.map((mask) => element('div', { class: 'scroll' }, controlsTable(rows, split, mask, names))),
  ]);
}

function search({ study, chosen }: ReportInput): string {
  const { trials, objectives, baselines } = study;
  return section('The search', trials.length > 0, () => {
    const summary = summariseFront(trials, objectives);
    const several = objectives.length > 1;
    const marked = chosen.flatMap(({ name, trial }) => (trial === null ? [] : [{ name, trial }]));
    const reference = summary.reference.map(
      (value, i) =>
        `${metricLabel(objectives[i]?.metric ?? '')} ${value >= 1e4 ? formatCount(value) : Number(value.toPrecision(4))}`,
    );
    return [
      paragraph(
        `${trials.length} trials, ${summary.complete.length} of them measured${several ? `; ${summary.front.length} are on the Pareto front. ` : '. '}` +
          (several
            ? `Hypervolume ${Number(summary.hypervolume.toPrecision(6))} up to the reference point ${reference.join(', ')}.`
            : ''),
      ),
      several ? figure(paretoChart({ trials, objectives, chosen: marked, baselines })) : '',
      figure(historyChart(trials, objectives), 'The foot shows which technique proposed each trial.'),
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
      return element('div', {}, element('h3', {}, text(`${subnet.name}${size}`)), figure(blockChart(blocks, subnet)));
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

const figure = (svg: string, caption?: string): string =>
  element('figure', {}, svg, caption === undefined ? '' : element('figcaption', {}, text(caption)));

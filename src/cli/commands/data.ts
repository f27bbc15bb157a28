import type { Command } from 'commander';
import { checkDataset, type DatasetFault, MAX_LABELS } from '../../supernet/data/check-dataset.js';
import { maskColoursOption } from '../dataset-options.js';
import { interruptible } from '../interruptible.js';
import { readCount } from '../read-number.js';
import { note, print, withProgress } from '../terminal.js';

export function defineDataCheck(command: Command): void {
  command
    .argument('<folder>')
    .option('--max-labels <number>', 'more objects than this are no label map', readCount, MAX_LABELS)
    .addOption(maskColoursOption())
    .option('--json', 'print the counts and the faults as JSON')
    .addHelpText(
      'after',
      `
Reads folders of images/ and masks/ (label maps, or a mask an object as the Data Science Bowl has them), COCO instances,
SA-1B, YOLO's segmentation labels, and what LabelMe, CVAT, VIA, Label Studio and Supervisely write; the format is
recognised. Prints one line a fault, code, image and message with tabs between, and ends with exit code 1 if there is any:

  DATA_MISSING     a file that the data set names is not there
  DATA_UNPAIRED    an image without a mask, or a mask without an image
  DATA_UNREADABLE  a file that is no picture, or is cut off
  DATA_OUTSIDE     a file that is named by a path out of the data set's folder
  DATA_MASK        a mask that is no label map: lossy, coloured, of several pages
  DATA_NARROW      an image of which a square input would show a line
  DATA_SIZE        a mask of another size than its image
  DATA_ANNOTATION  an annotation that is no mask
  DATA_NO_OBJECTS  a mask without objects
  DATA_LABELS      a mask with too many labels, or scattered ones: a photograph in its place
  DATA_SPLIT       a split file that names an image which is not there, or names one twice
  DATA_DOUBLE      two images of one name
  DATA_EMPTY       no image at all, or none of a split that can be used`,
    )
    .action(
      async (folder: string, { json, ...options }: { maxLabels: number; maskColours?: boolean; json?: boolean }) => {
        const check = await interruptible((signal) =>
          withProgress('check', (onProgress) => checkDataset(folder, { ...options, onProgress, signal })),
        );
        if (json) print(JSON.stringify(check, null, 1));
        else for (const { code, image = '-', message } of check.faults) print(`${code}\t${image}\t${message}`);
        const { train, val, test } = check.splits;
        note(`${check.images} images (train ${train}, val ${val}, test ${test}), ${check.objects} objects`);
        for (const line of check.notes) note(line);
        note(check.faults.length === 0 ? 'no faults' : `${check.faults.length} faults`);
        for (const line of remedies(check.faults)) note(line);
        if (check.faults.length > 0) process.exitCode = 1;
      },
    );
}

/** One line for everything that can be done, under the code of the first fault that it is for. */
function remedies(faults: readonly DatasetFault[]): readonly string[] {
  const known = new Map<string, string>();
  for (const { code, remedy } of faults) if (remedy !== undefined && !known.has(remedy)) known.set(remedy, code);
  return [...known].map(([remedy, code]) => `  ${code}: ${remedy}`);
}

import { guessCocoFiles, listCoco } from '../coco-files.js';
import { defineDatasetFormat } from '../dataset-format.js';

/** COCO instances under names of which nothing else is known. */
export default defineDatasetFormat({
  name: 'coco-of-any-name',
  looks: 'a .json of COCO instances beside or among its images, whatever it is called',
  yieldsTo: 'others',

  async recognise(folder) {
    const files = await guessCocoFiles(folder);
    return files.length === 0 ? undefined : () => listCoco(folder, files);
  },
});

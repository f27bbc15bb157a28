import { findCocoFiles, listCoco } from '../coco-files.js';
import { defineDatasetFormat } from '../dataset-format.js';

/** COCO instances: the published layout, or one JSON file an image folder, as annotation tools export it. */
export default defineDatasetFormat({
  name: 'coco',
  looks:
    'annotations/instances_*.json beside folders of images, or _annotations.coco.json among the images of a folder, or result.json beside images/',

  async recognise(folder) {
    const files = await findCocoFiles(folder);
    return files.length === 0 ? undefined : () => listCoco(folder, files);
  },
});

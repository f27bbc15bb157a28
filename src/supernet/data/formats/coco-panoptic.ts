import { join, posix } from 'node:path';
import { z } from 'zod';
import { isFile } from '../../../base/files.js';
import { isRecord } from '../../../base/json.js';
import { isCrowd } from '../coco-annotations.js';
import { type CocoFile, type CocoReader, findPanopticFiles, listCoco } from '../coco-files.js';
import { imageName, missing, pathInside } from '../data-files.js';
import { defineDatasetFormat } from '../dataset-format.js';
import { notesOf } from '../labelled-image.js';
import { readPanopticSegments } from '../panoptic-segments.js';
import { noMask, type ObjectSource, readObjects } from '../read-objects.js';

/** COCO's panoptic task: a JSON file of segments, and a PNG for every image whose colours are their numbers. */
export default defineDatasetFormat({
  name: 'coco-panoptic',
  looks: 'panoptic_*.json with a folder of PNG of the same name beside it, and the images',
  // The published annotations have both; those of instances overlap and say more.
  yieldsTo: ['coco'],

  async recognise(folder) {
    const files = await findPanopticFiles(folder);
    if (files.length === 0) return undefined;
    return () => listCoco(folder, files, (file, categories) => panopticReader(folder, file, categories));
  },
});

const annotation = z.object({ file_name: z.string(), segments_info: z.array(z.unknown()) });

function panopticReader(folder: string, { file }: CocoFile, categories: readonly unknown[]): CocoReader {
  const path = join(folder, file);
  const stuff = stuffOf(categories);
  const pngOf = (entry: unknown) => segmentsFile(folder, file, annotation.parse(entry).file_name);
  const [first] = stuff.values();
  return {
    notes:
      stuff.size === 0
        ? []
        : [`${path} has ${stuff.size} categories that are no things ("${first}" …): their segments are no objects`],
    files: (annotations) => Promise.all(annotations.filter(isPanoptic).map(pngOf)),
    async read(annotations, picture, label) {
      const sources: ObjectSource[] = [];
      const named = new Set<number>();
      const drawn = new Set<number>();
      for (const entry of annotations) {
        if (!isPanoptic(entry)) {
          sources.push({ mask: () => Promise.reject(noMask('has no file_name or no segments_info')) });
          continue;
        }
        const segments = await readPanopticSegments(await pngOf(entry), picture);
        for (const id of segments.keys()) drawn.add(id);
        for (const segment of entry.segments_info) {
          const { id, iscrowd, category_id } = isRecord(segment) ? segment : {};
          if (typeof id === 'number') named.add(id);
          const runs = segments.get(id as number) ?? [];
          sources.push({ id, mask: async () => (isCrowd(iscrowd) || stuff.has(category_id) ? undefined : { runs }) });
        }
      }
      const others = [...drawn].filter((id) => !named.has(id));
      const unnamed =
        others.length === 0
          ? undefined
          : `${others.length} colours of its segments have no entry in ${path} (the first is ${others[0]}) and are background`;
      return { ...(await readObjects(sources, picture, label)), ...notesOf(unnamed) };
    },
  };
}

const isPanoptic = (entry: unknown): entry is z.infer<typeof annotation> => annotation.safeParse(entry).success;

/** The categories of which a segment is no single object, as sky and grass are none; none where the file tells no difference. */
const stuffOf = (categories: readonly unknown[]): ReadonlyMap<unknown, unknown> =>
  new Map(
    categories.flatMap((category) =>
      isRecord(category) && (category.isthing === 0 || category.isthing === false)
        ? [[category.id, category.name]]
        : [],
    ),
  );

/** Where the PNG of an image lies: in the folder that is called as the JSON file is, or in one that says what it holds. */
async function segmentsFile(folder: string, file: string, name: string): Promise<string> {
  const inside = pathInside(name, join(folder, file));
  const [part, stem] = [posix.dirname(file), imageName(posix.basename(file))];
  const folders = [part, '.'].flatMap((place) =>
    [stem, 'panoptic_masks', 'panoptic', 'masks', '.'].map((own) => posix.join(place, own)),
  );
  for (const place of new Set(folders)) {
    if (await isFile(join(folder, place, inside))) return join(folder, place, inside);
  }
  throw missing(`${join(folder, file)} lists "${name}", which is in none of ${[...new Set(folders)].join(', ')}`);
}

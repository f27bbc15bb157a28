import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hashFile } from '../base/files.js';
import { isSame } from '../base/json.js';
import type { Configuration } from '../core/space.js';
import type { StudyHistory } from '../core/store.js';
import { ModelError } from '../errors.js';
import { originOf } from '../study/origin.js';
import { readSignature } from '../supernet/formats/onnx/proto.js';
import { extract } from '../supernet/method/extract.js';
import { createEncoder } from '../supernet/model/description.js';
import { type Model, readModel, weightsPath } from '../supernet/model/model-folder.js';
import { subnetOf } from '../supernet/model/network.js';
import type { Provenance } from '../supernet/model/provenance.js';
import { type Check, unproven, verdict } from './check.js';

/** What an extracted model says of itself, and where it may be looked up. */
export interface OpenedModel {
  readonly folder: string;
  readonly model: Model;
  readonly provenance: Provenance;
  /** Folder of the supernet and database of the study; undefined where they are not. */
  readonly supernet: string | undefined;
  readonly study: string | undefined;
}

/**
 * Reads an extracted model and finds what it comes from: where the caller says, else where it lay when it was extracted.
 *
 * @throws ModelError MODEL_PROVENANCE for a model that says nothing, and what reading it throws.
 */
export async function openExtracted(
  folder: string,
  given: { readonly supernet: string | undefined; readonly study: string | undefined },
): Promise<OpenedModel> {
  const model = await readModel(folder);
  const { provenance } = model.description;
  if (provenance === undefined) {
    throw new ModelError('MODEL_PROVENANCE', `${folder} does not say where it comes from`, {
      remedy: 'only models that `supersam extract` wrote do, from version 0.3 on: extract it again',
    });
  }
  const there = (path: string | undefined) => {
    const found = path === undefined ? undefined : join(folder, path);
    return found !== undefined && existsSync(found) ? found : undefined;
  };
  return {
    ...{ folder, model, provenance },
    supernet: given.supernet ?? there(provenance.files?.supernet),
    study: given.study ?? there(provenance.files?.study),
  };
}

/** Proves what can be proven of the model itself: its weights, its ONNX files, and that the supernet has such a subnet. */
export async function verifyModel({ folder, model, provenance, supernet }: OpenedModel): Promise<Check[]> {
  const { weights: _, ...written } = provenance;
  const checks = [
    provenance.weights === undefined
      ? unproven('weights', 'the model does not say which it was extracted with')
      : verdict('weights', `sha256 ${model.sha256.slice(0, 12)}`, [
          ...(provenance.weights === model.sha256
            ? []
            : [
                `they are not those that were extracted (sha256 ${provenance.weights.slice(0, 12)}): changed or trained since`,
              ]),
        ]),
  ];
  const said: { readonly [file: string]: (metadata: Readonly<Record<string, string>>) => boolean } = {
    'encoder.onnx': ({ provenance: own }) => isSame(parse(own), written),
    // The subnets of a supernet may share their decoder, in the folder above.
    'decoder.onnx': ({ supernet: own }) => own === provenance.supernet,
    '../decoder.onnx': ({ supernet: own }) => own === provenance.supernet,
  };
  for (const [name, isOwn] of Object.entries(said)) {
    const path = join(folder, name);
    if (!existsSync(path) || (name.startsWith('..') && existsSync(join(folder, basename(name))))) continue;
    const { metadata } = readSignature(await readFile(path), path);
    checks.push(
      verdict(name, 'of the same origin', isOwn(metadata) ? [] : ['it is of another origin than network.json']),
    );
  }
  checks.push(await supernetCheck(model, provenance, supernet));
  return checks;
}

async function supernetCheck(model: Model, provenance: Provenance, folder: string | undefined): Promise<Check> {
  const { averaged } = provenance;
  if (averaged !== undefined) {
    return unproven('supernet', `a mean of ${averaged.length} trainings: ask for the proof of the subnet itself`);
  }
  const sha256 = `sha256 ${provenance.supernet.slice(0, 12)}`;
  if (folder === undefined) return unproven('supernet', `${sha256}: not at hand; give --model FOLDER`);
  if ((await hashFile(weightsPath(folder))) !== provenance.supernet) {
    return verdict('supernet', sha256, [`${folder} is another one`]);
  }
  const supernet = await readModel(folder);
  const encoder = createEncoder(supernet.description, model.description.inputSize);
  const again = extract(supernet, encoder, subnetOf(encoder, provenance.configuration as Configuration));
  const names = new Set([...again.weights.keys(), ...model.weights.keys()]);
  const different = [...names].filter((name) => {
    const [own, other] = [again.weights.get(name)?.data, model.weights.get(name)?.data];
    return own === undefined || other === undefined || Buffer.compare(bytes(own), bytes(other)) !== 0;
  });
  const what = `${sha256}: extracted again it has the same ${names.size} tensors`;
  return verdict(
    'supernet',
    what,
    different.length === 0
      ? []
      : [`${different.length} tensors are not those of its subnet: ${different.slice(0, 3).join(', ')}`],
  );
}

const bytes = (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the study holds the trial that the model says it is. */
export function trialCheck(provenance: Provenance, history: StudyHistory): Check {
  const { trial: said, configuration } = provenance;
  if (said === undefined) return unproven('trial', 'the subnet was given by hand');
  const { trial: number, metrics, ...origin } = said;
  const found = history.finished.find((trial) => trial.number === number);
  const own = originOf(history.definition);
  const faults = Object.entries(origin)
    // A study may be renamed.
    .filter(([key, value]) => key !== 'study' && !isSame(own[key as keyof typeof own], value))
    .map(
      ([key, value]) =>
        `the study's ${key} is ${JSON.stringify(own[key as keyof typeof own])}, not ${JSON.stringify(value)}`,
    );
  if (found === undefined) faults.push(`the study has no finished trial ${number}`);
  else if (!isSame(found.configuration, configuration)) faults.push(`trial ${number} is another subnet`);
  else if (metrics !== undefined && !isSame(found.metrics, metrics)) faults.push(`trial ${number} measured otherwise`);
  return verdict('trial', `${number} of study "${history.definition.name}"`, faults);
}

import { join } from 'node:path';
import { createRng } from '../../base/rng.js';
import type { Configuration, SearchSpace } from '../../core/space.js';
import { parameterCount } from '../model/closed-form.js';
import { countsHeads, type Encoder, fullSubnet, subnetOf } from '../model/network.js';
import { finishedName, PRE_TRAINED } from '../report/report-model.js';
import type { ChosenSubnet } from './choose-subnets.js';
import type { Contestant } from './score-controls.js';
import { finishingSteps, type PipelineFiles, type PipelineSettings } from './settings.js';

/** A random subnet counts as equally large within this share of the target's parameters. */
const SIZE_TOLERANCE = 0.03;
const MAX_DRAWS = 20_000;

/** Random legal subnets whose size is that of `like`, drawn from the space's prior; fewer than `count` when they are rare. */
function randomOfEqualSize(
  encoder: Encoder,
  space: SearchSpace,
  like: Configuration,
  count: number,
  seed: number,
): Configuration[] {
  const target = parameterCount(encoder, subnetOf(encoder, like));
  const rng = createRng(seed, 'random of equal size', target);
  const found = new Map<string, Configuration>();
  const taken = space.key(like);
  let current = like;
  for (let draw = 0; draw < MAX_DRAWS && found.size < count; draw++) {
    // Fresh draws first; where the size is rare, a walk of mutations that keeps to it forgets where it started.
    const candidate = draw < MAX_DRAWS / 4 ? space.sample(rng) : space.mutate(current, { rate: 0.5 }, rng);
    const size = parameterCount(encoder, subnetOf(encoder, candidate));
    if (Math.abs(size - target) > SIZE_TOLERANCE * target) continue;
    current = candidate;
    const key = space.key(candidate);
    if (key !== taken) found.set(key, candidate);
  }
  return [...found.values()];
}

/** Removes whole blocks from the end of the encoder until at most `limit` parameters are left. */
function lastBlocksCut(encoder: Encoder, limit: number): Configuration {
  const configuration: Record<string, boolean | number> = {};
  for (const piece of [...encoder.pieces].reverse()) {
    if (parameterCount(encoder, subnetOf(encoder, configuration)) <= limit) break;
    if (piece.gate !== undefined) configuration[piece.gate] = false;
    else if (piece.width !== undefined) configuration[piece.width] = 0;
  }
  return configuration;
}

/** One share of every MLP's width, the largest that fits into `limit`; all gates closed as well where widths do not reach it. */
export function uniformWidth(encoder: Encoder, limit: number): Configuration {
  for (const open of [true, false]) {
    for (let eighths = 8; eighths >= 0; eighths--) {
      const configuration: Record<string, boolean | number> = {};
      for (const piece of encoder.pieces) {
        if (piece.gate !== undefined && !open) configuration[piece.gate] = false;
        if (piece.width !== undefined && !countsHeads(piece)) configuration[piece.width] = (piece.full * eighths) / 8;
      }
      if (eighths > 0 && parameterCount(encoder, subnetOf(encoder, configuration)) <= limit) return configuration;
    }
  }
  return lastBlocksCut(encoder, limit);
}

export interface ControlInputs {
  readonly settings: PipelineSettings;
  readonly files: PipelineFiles;
  readonly space: SearchSpace;
  readonly chosen: readonly ChosenSubnet[];
  readonly encoder: Encoder;
  /** Of the pre-trained network. */
  readonly ownInputSize: number;
}

/** The table of controls: the pre-trained network, its rivals, the chosen subnets and what each is held against. */
export function contestants({ settings, files, space, chosen, encoder, ownInputSize }: ControlInputs): Contestant[] {
  const fullParameters = parameterCount(encoder, fullSubnet(encoder));
  const { inputSize } = settings;
  const whole = (name: string, model: string, size = inputSize): Contestant => ({
    name,
    model,
    configuration: {},
    inputSize: size,
  });
  const ofSupernet = (name: string, configuration: Contestant['configuration']): Contestant => ({
    name,
    model: files.supernet,
    configuration,
    inputSize,
  });
  return [
    whole(PRE_TRAINED, files.pretrained),
    ...(ownInputSize === inputSize ? [] : [whole(PRE_TRAINED, files.pretrained, ownInputSize)]),
    whole('fine-tuned alone', files.finetuned),
    whole('full supernet', files.supernet),
    ...chosen.flatMap(({ name, trial, target }) => {
      const limit = fullParameters * (1 - target);
      return [
        ofSupernet(name, trial.configuration),
        ...(finishingSteps(settings) === 0 ? [] : [whole(finishedName(name), join(files.models, finishedName(name)))]),
        ...randomOfEqualSize(encoder, space, trial.configuration, settings.randomControls, settings.seed).map(
          (configuration, i) => ofSupernet(`${name} random #${i + 1}`, configuration),
        ),
        ofSupernet(`${name} last blocks cut`, lastBlocksCut(encoder, limit)),
        ofSupernet(`${name} uniform width`, uniformWidth(encoder, limit)),
      ];
    }),
  ];
}

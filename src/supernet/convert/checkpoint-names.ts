import { ModelError } from '../../errors.js';
import type { StoredTensors } from '../formats/tensor-file.js';

/**
 * The tensors under the names that the network itself gives them.
 *
 * @throws ModelError for a file of several networks, and one of a network that is known and not read
 */
export function namesOfNetwork(tensors: StoredTensors, path: string): StoredTensors {
  const prefixes = prefixesIn(tensors);
  refuseOtherNetworks(tensors.keys(), prefixes, path);
  return withoutCounters(withoutPrefix(tensors, prefixes));
}

/** Modules that every network here has, under the names of one library or another. */
const MODULES = /^(.*?)(?:image_encoder|vision_encoder|prompt_encoder|mask_decoder|shared_image_embedding)\./;

/**
 * Takes off what wrappers put before the names of the whole network: `module.` of data-parallel training, `model.` of Lightning,
 * `model_state.` of a training script. What else the file holds (an optimizer, a decoder of another task) is passed over.
 */
function withoutPrefix(tensors: StoredTensors, [prefix = '']: Iterable<string>): StoredTensors {
  if (prefix === '') return tensors;
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** What stands before the names of the network, or of each of several. */
function prefixesIn(tensors: StoredTensors): ReadonlySet<string> {
  const prefixes = new Set<string>();
  for (const name of tensors.keys()) {
    const prefix = MODULES.exec(name)?.[1];
    if (prefix !== undefined && (prefix === '' || prefix.endsWith('.'))) prefixes.add(prefix);
  }
  return prefixes;
}

/** Without the counts of operations that a profiler (thop) leaves in every module of a network that it has seen. */
const withoutCounters = (tensors: StoredTensors): StoredTensors =>
  new Map([...tensors].filter(([name]) => !/(^|\.)total_(ops|params)$/.test(name)));

/** Networks of the family, and additions to one, that are told by some of their names and not read. */
const OTHERS: readonly (readonly [names: RegExp, what: string, remedy: string])[] = [
  [/^(sam_mask_decoder|memory_attention|image_encoder\.trunk)\./, 'SAM 2', 'give a checkpoint of SAM'],
  [/\bmask_decoder\.(hf_token|hf_mlp)\./, 'SAM-HQ', 'give the checkpoint of SAM that it was made from'],
  [
    /\blora_[AB]\b|\bbase_layer\b/,
    'SAM with LoRA beside its weights',
    'merge it into the weights first (merge_and_unload)',
  ],
  [/^model\.\d+\.(conv|cv\d|proto|m)\b/, 'Ultralytics (YOLO, FastSAM)', 'give a checkpoint of SAM'],
];

/**
 * @param prefixes what stands before the names of whole networks
 * @throws ModelError for a file of several networks, and one of a network that is known and not read
 */
function refuseOtherNetworks(names: Iterable<string>, prefixes: ReadonlySet<string>, path: string): void {
  if (prefixes.size > 1) {
    const found = [...prefixes].map((prefix) => (prefix === '' ? 'no prefix' : prefix));
    throw new ModelError(
      'MODEL_CHECKPOINT',
      `${path} holds ${prefixes.size} networks, under ${found.sort().join(' and ')}`,
      {
        remedy: "save the one that is meant alone: of a dictionary d, torch.save(d['ema'], 'ema.pth')",
      },
    );
  }
  for (const name of names) {
    const other = OTHERS.find(([pattern]) => pattern.test(name));
    if (other === undefined) continue;
    throw new ModelError('MODEL_LAYOUT', `${path} is a network of ${other[1]}, which is not read: ${name}`, {
      remedy: other[2],
    });
  }
}

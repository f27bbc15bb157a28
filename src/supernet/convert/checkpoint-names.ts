import { ModelError } from '../../errors.js';
import type { StoredTensors } from '../formats/tensor-file.js';

/**
 * The tensors under the names that the network itself gives them.
 *
 * @throws ModelError for a file of several networks, and one of a network that is known and not read
 */
export function namesOfNetwork(tensors: StoredTensors, path: string): StoredTensors {
  const unwrapped = withoutWrappers(tensors, path);
  const prefixes = prefixesIn(unwrapped);
  refuseOtherNetworks(unwrapped.keys(), prefixes, path);
  const own = withoutCounters(withoutPrefix(unwrapped, prefixes));
  refuseHalf(own, path);
  refuseValues(own, path);
  return own;
}

/** What data-parallel training, torch.compile and sharded training put around modules, and so into the middle of names; before them it is a prefix like others. */
const WRAPPERS = /(?<=\.)(?:(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.)+/g;

function withoutWrappers(tensors: StoredTensors, path: string): StoredTensors {
  const own = new Map([...tensors].map(([name, tensor]) => [name.replace(WRAPPERS, ''), tensor]));
  if (own.size < tensors.size) {
    throw new ModelError('MODEL_CHECKPOINT', `${path} has tensors of one name, within and without a wrapper`, {
      remedy: 'save the network alone: torch.save(model.state_dict(), path)',
    });
  }
  return own;
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

const SAM = 'give a checkpoint of SAM, MobileSAM or EfficientSAM';
const ORIGINAL = 'give the checkpoint of SAM that it was made from';
const FLOATS = 'give the weights in float32, float16 or bfloat16';

/** Networks of the family, and additions to one, that are told by some of their names and not read. */
const OTHERS: readonly (readonly [names: RegExp, what: string, remedy: string])[] = [
  [/^(?:model\.)?(detector|tracker)(_model)?\.|\bdetr_encoder\./, 'SAM 3', SAM],
  [/\b(sam_mask_decoder|memory_attention|image_encoder\.trunk|vision_encoder\.backbone)\.|\bmaskmem_/, 'SAM 2', SAM],
  [/\bmask_decoder\.(hf_token|hf_mlp|hq_token|hq_mask_mlp)\./, 'SAM-HQ', ORIGINAL],
  [/\bimage_encoder\.features\.\d/, 'EdgeSAM or RepViT-SAM', SAM],
  [/\bimage_encoder\.backbone\./, 'EfficientViT-SAM', SAM],
  [
    /\blora_([AB]|up|down)\b|\bbase_layer\b|^w_[ab]_\d+$|\blinear_[ab]_[qv]\b/,
    'SAM with LoRA beside its weights',
    'merge it into the weights first (merge_and_unload)',
  ],
  [/\b(\w+_)?Adapter(_\w+)?\./i, 'SAM with adapters between its layers (SAM-Med2D, Medical SAM Adapter)', ORIGINAL],
  [/\.(SCB|absmax|quant_state\b.*|qweight|qzeros|weight_scale)$/, 'quantised weights', FLOATS],
  [/^model\.\d+\.(conv|cv\d|proto|m)\b/, 'Ultralytics (YOLO, FastSAM)', SAM],
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

/** Half of a network has half of the names, and would be told to miss all the others. */
function refuseHalf(tensors: StoredTensors, path: string): void {
  const has = (part: RegExp) => [...tensors.keys()].some((name) => part.test(name));
  const [encoder, decoder] = [has(/^(image|vision)_encoder\./), has(/^(mask_decoder|prompt_encoder)\./)];
  if (encoder === decoder) return;
  const [found, missing] = encoder ? ['an image encoder', 'mask decoder'] : ['a mask decoder', 'image encoder'];
  throw new ModelError('MODEL_CHECKPOINT', `${path} holds ${found} and no ${missing}`, {
    remedy: 'give the whole checkpoint, or save both parts into one file',
  });
}

/** Weights without elements, as sharded training leaves them, and whole numbers that stand for others by a scale. */
function refuseValues(tensors: StoredTensors, path: string): void {
  for (const [name, { shape, dtype = 'F32' }] of tensors) {
    if (shape.includes(0)) {
      throw new ModelError('MODEL_CHECKPOINT', `${path}: the tensor ${name} is empty, as sharded training leaves it`, {
        remedy: 'gather the weights first (of DeepSpeed ZeRO-3 with its zero_to_fp32.py)',
      });
    }
    if (/\.(weight|pos_embed)$/.test(name) && !/^B?F\d/.test(dtype)) {
      throw new ModelError(
        'MODEL_CHECKPOINT',
        `${path}: the tensor ${name} is of whole numbers (${dtype}), quantised`,
        {
          remedy: FLOATS,
        },
      );
    }
  }
}

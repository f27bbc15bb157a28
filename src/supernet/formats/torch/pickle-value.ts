import { ModelError } from '../../../errors.js';
import { type ElementType, elementType } from '../element-types.js';

/** What the objects of a checkpoint's pickle become; anything else is refused. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | PickleObject
  | PickledStorage
  | PickledTensor;

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

/** Also an OrderedDict. */
export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: Map<PickleValue, PickleValue>;
}

/** The name of a function or class, one of those in `functions` or `BESIDE` below. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
}

/** An object of a class in `BESIDE`, which is passed over: nothing is made of it but a list of what the pickle puts into it. */
export interface PickleObject {
  readonly kind: 'object';
  readonly members: PickleValue[];
}

export interface PickledStorage {
  readonly kind: 'storage';
  readonly type: ElementType;
  readonly key: string;
  /** Elements. */
  readonly length: number;
}

/** A strided view of a storage; offset and strides count elements. */
export interface PickledTensor {
  readonly kind: 'tensor';
  readonly storage: PickledStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export const isKind = <K extends 'tuple' | 'dict' | 'global' | 'object' | 'storage' | 'tensor'>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { readonly kind: K }> =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;

/** What a value is, for messages. */
export function kindOfValue(value: PickleValue): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isKind(value, 'tuple')) return `a tuple of ${value.items.length}`;
  if (isKind(value, 'dict')) {
    const keys = [...value.entries.keys()].slice(0, 5).map((key) => `"${key}"`);
    return keys.length === 0 ? 'an empty dictionary' : `a dictionary with ${keys.join(', ')}`;
  }
  if (isKind(value, 'tensor')) return `one tensor [${value.shape}]`;
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  return value === null ? 'nothing (None)' : 'an object';
}

/** The error for a checkpoint that is broken, or that holds what no tensor needs. Nothing of the file was executed. */
export const refuse = (message: string, cause?: unknown): ModelError =>
  new ModelError('MODEL_CHECKPOINT', message, {
    cause,
    remedy:
      'save the state dictionary alone, `torch.save(model.state_dict(), path)`, or compare the file with the publisher’s sha256',
  });

/**
 * The functions that a pickle of tensors calls, and what each call makes here. A pickle that names anything else is
 * refused when it names it, so a call of it never comes up.
 */
const functions: { readonly [name: string]: (args: readonly PickleValue[]) => PickleValue } = {
  'collections.OrderedDict': (args) => {
    if (args.length > 0) throw refuse('the pickle fills an OrderedDict in an unknown way');
    return { kind: 'dict', entries: new Map() };
  },
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': ([data]) => {
    if (!isKind(data, 'tensor')) throw refuse('the pickle has a Parameter that is no tensor');
    return data;
  },
  'torch.Size': ([sizes]) => {
    if (!isKind(sizes, 'tuple')) throw refuse('the pickle has a torch.Size that is no tuple');
    return sizes;
  },
};

/**
 * Classes and functions of which training scripts keep objects beside the tensors: settings, counts, an optimizer. A pickle that
 * names anything else is refused, since what it is for cannot be told.
 */
const BESIDE = new RegExp(
  `^(?:${[
    /argparse\.Namespace|types\.SimpleNamespace|collections\.(?:defaultdict|Counter|deque)/,
    /(?:builtins|__builtin__)\.(?:set|frozenset|int|long|float|str|unicode|list|dict|tuple|bool|complex|bytearray|slice|range)/,
    /(?:pathlib|datetime|uuid|decimal)\.\w+|_codecs\.encode/,
    /numpy(?:\._?core)?\.(?:multiarray\.(?:scalar|_reconstruct)|numeric\._frombuffer)|numpy\.(?:dtypes\.)?\w+/,
    /(?:omegaconf|yacs|easydict|addict|mmengine|ml_collections|accelerate|(?:pytorch_)?lightning(?:_fabric)?)\..+/,
    /torch\.(?:device|dtype|u?int\d+|b?float\d+|bool)|torch\.(?:optim|torch_version|distributed\.fsdp)\..+/,
  ]
    .map(({ source }) => source)
    .join('|')})$`,
);

/** What a pickle names that is no state dictionary, as people bring it. */
const OTHERS: readonly (readonly [name: RegExp, what: string, remedy: string])[] = [
  [/^(?:ultralytics|models\.yolo)\./, 'a network of Ultralytics (YOLO, FastSAM)', 'give a checkpoint of SAM'],
  [
    /^torch\.storage\._load_from_bytes$/,
    'tensors as pickle.dump writes them',
    'save them with torch.save(model.state_dict(), path)',
  ],
  [
    /^torch\._utils\._rebuild_qtensor$|^torch\.QU?Int\d+Storage$/,
    'a quantised network',
    'give the weights as they were before they were quantised',
  ],
  [
    /^torch\._utils\._rebuild_tensor_v3$/,
    'a network with floats of 8 bits or other rare numbers',
    'save it in float32 or float16: `model.float().state_dict()`',
  ],
];

/** Throws `ModelError` that says what the pickle is of, for a name that neither tensors nor what stands beside them need. */
export function namedGlobal(name: string): PickleGlobal {
  if (Object.hasOwn(functions, name) || elementType(name) !== undefined || BESIDE.test(name)) {
    return { kind: 'global', name };
  }
  const other = OTHERS.find(([pattern]) => pattern.test(name));
  if (other === undefined) throw refuse(`the pickle names ${name}, which no tensor needs; nothing of it was run`);
  const [, what, remedy] = other;
  throw new ModelError('MODEL_CHECKPOINT', `it holds ${what}, which is not read: the pickle names ${name}`, { remedy });
}

export function callGlobal(callee: PickleValue | undefined, args: PickleValue | undefined): PickleValue {
  if (!isKind(callee, 'global') || !isKind(args, 'tuple')) throw refuse('the pickle calls what is no function');
  const call = Object.hasOwn(functions, callee.name) ? functions[callee.name] : undefined;
  if (call !== undefined) return call(args.items);
  if (BESIDE.test(callee.name)) return { kind: 'object', members: [...args.items] };
  throw refuse(`the pickle calls ${callee.name}, which only names a type`);
}

/** The storage that a persistent id stands for: `('storage', type, key, device, elements)`, in old files with a sixth member. */
export function persistentStorage(id: PickleValue | undefined): PickledStorage {
  const [tag, type, key, , length, view] = isKind(id, 'tuple') ? id.items : [];
  const known = isKind(type, 'global') ? elementType(type.name) : undefined;
  if (tag !== 'storage' || known === undefined || typeof key !== 'string' || !isCount(length)) {
    throw refuse('the pickle refers to something that is no storage');
  }
  if (view !== undefined && view !== null) throw refuse(`storage ${key} is a view of another, as PyTorch 0.3 wrote it`);
  return { kind: 'storage', type: known, key, length };
}

function rebuildTensor([storage, offset, shape, strides]: readonly PickleValue[]): PickledTensor {
  const sizes = counts(shape);
  const steps = counts(strides);
  if (!isKind(storage, 'storage') || !isCount(offset) || sizes === undefined || steps?.length !== sizes.length) {
    throw refuse('the pickle has a tensor without a storage, sizes or strides');
  }
  const count = sizes.includes(0) ? 0 : sizes.reduce((product, size) => product * size, 1);
  const last = count === 0 ? -1 : sizes.reduce((at, size, axis) => at + (size - 1) * (steps[axis] ?? 0), offset);
  // A tensor that repeats elements (stride 0) could ask for any amount of memory from a file of a few bytes.
  if (last >= storage.length || count > storage.length) {
    throw refuse(`a tensor [${sizes}] with strides [${steps}] does not fit its storage of ${storage.length} elements`);
  }
  return { kind: 'tensor', storage, offset, shape: sizes, strides: steps };
}

function counts(value: PickleValue | undefined): readonly number[] | undefined {
  return isKind(value, 'tuple') && value.items.every(isCount) ? (value.items as readonly number[]) : undefined;
}

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

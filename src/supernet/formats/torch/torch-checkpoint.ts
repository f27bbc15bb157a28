import { ModelError } from '../../../errors.js';
import { decodeElements } from '../element-types.js';
import { labelled, openRandomAccess, type RandomAccess, type StoredTensor, type TensorFile } from '../tensor-file.js';
import { readLegacyCheckpoint } from './legacy-checkpoint.js';
import {
  isKind,
  kindOfValue,
  type PickledStorage,
  type PickledTensor,
  type PickleValue,
  refuse,
} from './pickle-value.js';
import { readZipCheckpoint } from './zip-checkpoint.js';

/**
 * Opens a `.pth` or `.pt` file of `torch.save`, of today's zip format or the one before PyTorch 1.6, and finds the
 * tensors of its state dictionary. Nothing of the file is executed; values are read one tensor at a time.
 * @throws ModelError naming what is broken, cut off, or no tensor
 */
export async function openTorchCheckpoint(path: string): Promise<TensorFile> {
  const file = await openRandomAccess(path);
  try {
    const { value, storage } = (await isZip(file)) ? await readZipCheckpoint(file) : await readLegacyCheckpoint(file);
    const tensors = new Map<string, StoredTensor>();
    for (const [name, item] of stateDictionary(value)) {
      if (typeof name !== 'string') throw refuse('its state dictionary has a key that is no text');
      if (!isKind(item, 'tensor')) throw refuse(`its entry "${name}" is no tensor`);
      tensors.set(name, storedTensor(file, name, item, storage));
    }
    return { tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw labelled(error, path);
  }
}

/** Every zip archive begins with the header of its first entry. */
async function isZip(file: RandomAccess): Promise<boolean> {
  if (file.size < 4) return false;
  return Buffer.from(await file.read(0, 4)).equals(Buffer.from('PK\x03\x04', 'latin1'));
}

type Dictionary = ReadonlyMap<PickleValue, PickleValue>;

/** The tensors of the innermost dictionary, one of which may lie in another; numbers and texts beside tensors are passed over. */
function stateDictionary(value: PickleValue): Iterable<readonly [PickleValue, PickleValue]> {
  const seen = new Set<PickleValue>();
  for (let inner = value; ; ) {
    if (!isKind(inner, 'dict')) throw refuse(`it holds ${kindOfValue(inner)}, and no dictionary of tensors`);
    if (seen.has(inner)) throw refuse('its dictionaries hold each other');
    seen.add(inner);
    const { entries } = inner;
    if (MODULES.some((name) => isKind(entries.get(name), 'dict'))) return joined(entries);
    const wrapped = wrappedNetwork(entries);
    if (wrapped !== undefined) inner = wrapped;
    else if (holdsTensors(entries)) return [...entries].filter(([, item]) => isTensorOrDictionary(item));
    else inner = onlyDictionary(entries);
  }
}

const isTensorOrDictionary = (item: PickleValue): boolean => isKind(item, 'tensor') || isKind(item, 'dict');

const holdsTensors = (entries: Dictionary): boolean => [...entries.values()].some((item) => isKind(item, 'tensor'));

/** Dictionaries of these, side by side, are the parts of one network. */
const MODULES = ['image_encoder', 'vision_encoder', 'prompt_encoder', 'mask_decoder'] as const;
/** The name of a tensor in one of them. */
const OF_MODULE = new RegExp(`(^|\\.)(${MODULES.join('|')})\\.`);

function* joined(parts: Dictionary): Generator<readonly [PickleValue, PickleValue]> {
  for (const [part, inner] of parts) {
    if (!isKind(inner, 'dict')) continue;
    for (const [name, item] of inner.entries) yield [`${part}.${name}`, item];
  }
}

/** What training keeps beside a network, with tensors of its own. */
const TRAINING = /optim|sched|scaler/i;
/** So many dictionaries deep, one in another. */
const DEEPEST = 8;

/**
 * The one dictionary among others, or in which others lie, whose tensors are called after the modules of a network: not a
 * decoder of another task, not a metric. Throws `ModelError` for several, as a network and the mean of its steps are.
 */
function wrappedNetwork(entries: Dictionary): PickleValue | undefined {
  const isOfModule = ([name]: readonly [PickleValue, PickleValue]) => OF_MODULE.test(String(name));
  const isNetwork = (item: PickleValue) => leadsTo(item, DEEPEST, isOfModule);
  const found = [...entries].filter(([key, item]) => !TRAINING.test(String(key)) && isNetwork(item));
  if (found.length === 0) return undefined;
  const own = [...entries].find((entry) => isKind(entry[1], 'tensor') && isOfModule(entry));
  return single(own === undefined ? found : [own, ...found]);
}

/** The one with tensors in it, whatever it is called; of several one that is called as training scripts call it. */
function onlyDictionary(entries: Dictionary): PickleValue {
  const found = [...entries].filter(([key, item]) => !TRAINING.test(String(key)) && leadsTo(item, DEEPEST, () => true));
  const usual = found.filter(([key]) => WRAPPERS.has(String(key)));
  if (found.length > 0) return single(usual.length > 0 ? usual : found);
  const keys = [...entries.keys()].slice(0, KEYS).map((key) => `"${key}"`);
  throw refuse(`it holds no tensors under ${keys.length === 0 ? 'no key' : keys.join(', ')}`);
}

const WRAPPERS: ReadonlySet<string> = new Set(['model_state', 'state_dict', 'model_state_dict', 'model']);
/** Of a dictionary, in messages. */
const KEYS = 8;

function single(found: readonly (readonly [PickleValue, PickleValue])[]): PickleValue {
  const [[, first] = []] = found;
  if (found.length === 1 && first !== undefined) return first;
  const [keys, example] = [found.slice(0, KEYS).map(([key]) => `"${key}"`), JSON.stringify(String(found[0]?.[0]))];
  throw new ModelError('MODEL_CHECKPOINT', `it holds several dictionaries of tensors under ${keys.join(', ')}`, {
    remedy: `save the one that is meant alone: of a dictionary d, torch.save(d[${example}], 'one.pth')`,
  });
}

/** Whether a dictionary, or one in it, has a tensor of that kind. */
const leadsTo = (item: PickleValue, depth: number, isMeant: (entry: [PickleValue, PickleValue]) => boolean): boolean =>
  isKind(item, 'dict') &&
  [...item.entries].some(
    (entry) => (isKind(entry[1], 'tensor') && isMeant(entry)) || (depth > 0 && leadsTo(entry[1], depth - 1, isMeant)),
  );

function storedTensor(file: RandomAccess, name: string, tensor: PickledTensor, storage: StorageBytes): StoredTensor {
  const { key, length, type } = tensor.storage;
  const place = storage(tensor.storage);
  if (place === undefined) throw refuse(`the storage "${key}" of its tensor "${name}" is missing`);
  if (place.size !== length * type.bytes) {
    throw refuse(`the storage of its tensor "${name}" has ${place.size} bytes, not those of ${length} ${type.storage}`);
  }
  return { shape: tensor.shape, dtype: type.dtype, read: () => readTensor(file, place.offset, tensor) };
}

/** Row-major float32 values of a strided view. Reads the part of the storage that the view spans, nothing more. */
async function readTensor(file: RandomAccess, place: number, tensor: PickledTensor): Promise<Float32Array> {
  const { shape, strides, offset } = tensor;
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0) return new Float32Array(0);
  const { type } = tensor.storage;
  const span = 1 + shape.reduce((last, size, axis) => last + (size - 1) * (strides[axis] as number), 0);
  const elements = decodeElements(await file.read(place + offset * type.bytes, span * type.bytes), type);
  return isContiguous(shape, strides) ? elements : gather(elements, shape, strides, count);
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== step) return false;
    step *= size;
  }
  return true;
}

function gather(elements: Float32Array, shape: readonly number[], strides: readonly number[], count: number) {
  const values = new Float32Array(count);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    values[to] = elements[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = strides[axis] as number;
      from += step;
      index[axis] = (index[axis] as number) + 1;
      if (index[axis] !== shape[axis]) break;
      from -= step * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return values;
}

/** Where the bytes of a storage lie in the file; undefined for one that is not there. */
export type StorageBytes = (storage: PickledStorage) => { readonly offset: number; readonly size: number } | undefined;

import { ModelError } from '../../../errors.js';
import type { RandomAccess } from '../tensor-file.js';
import { readZipEntries } from '../zip-entries.js';
import { type PickleValue, refuse } from './pickle-value.js';
import type { StorageBytes } from './torch-checkpoint.js';
import { unpickle } from './unpickle.js';

/** The pickle of a state dictionary has some hundred bytes a tensor. */
export const PICKLE_LIMIT = 2 ** 24;

/** What `torch.save` writes since PyTorch 1.6: a zip of `NAME/data.pkl` and one entry `NAME/data/KEY` a storage. */
export async function readZipCheckpoint(
  file: RandomAccess,
): Promise<{ readonly value: PickleValue; readonly storage: StorageBytes }> {
  const entries = await readZipEntries(file);
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const folder = pickles[0]?.slice(0, -'data.pkl'.length);
  const inside = [...entries.keys()].find((name) => /\.(pth?|ckpt|safetensors|bin|onnx)$/.test(name));
  if (folder === undefined && inside !== undefined) {
    throw new ModelError('MODEL_CHECKPOINT', `${file.path} is a zip archive with ${inside} in it`, {
      remedy: 'unpack it and give the .pth or .safetensors inside',
    });
  }
  if (folder === undefined || pickles.length > 1) throw refuse(`${file.path} is a zip archive, but not of torch.save`);
  if (entries.has(`${folder}constants.pkl`)) {
    throw refuse(`${file.path} is a TorchScript archive, which holds a program; only state dictionaries are read`);
  }
  const compressed = [...entries].find(([, { plain }]) => !plain);
  if (compressed !== undefined) {
    throw refuse(`${file.path}: its entry "${compressed[0]}" is compressed or encrypted; PyTorch writes neither`);
  }
  const order = entries.get(`${folder}byteorder`);
  const written = order && Buffer.from(await file.read(order.offset, Math.min(order.size, 16))).toString();
  if (written !== undefined && written !== 'little') throw refuse(`${file.path} was written on a big-endian machine`);
  const pickle = entries.get(`${folder}data.pkl`);
  if (pickle === undefined || pickle.size > PICKLE_LIMIT) {
    throw refuse(`${file.path} has a pickle too large for tensors`);
  }
  const { value } = unpickle(await file.read(pickle.offset, pickle.size));
  return { value, storage: ({ key }) => entries.get(`${folder}data/${key}`) };
}

import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { decodeText, hashFile } from '../../base/files.js';
import { parseJson } from '../../base/parse-json.js';
import { whatIsWrong } from '../../base/schema-issues.js';
import { ModelError } from '../../errors.js';
import { openRandomAccess, type StoredTensor, type TensorFile } from './tensor-file.js';

/** `model.safetensors.index.json` and `pytorch_model.bin.index.json` say in which of the files beside them every tensor is. */
export const INDEX_ENDING = '.index.json';

const index = z.object({ weight_map: z.record(z.string(), z.string()) });
/** No index is near this. */
const INDEX_BYTES = 2 ** 26;

/**
 * Opens files of tensors that an index lists, as Hugging Face's libraries write large models; tensors are read one by one.
 * Their sha256 is that of the files' own in the order of their names.
 * @throws ModelError for an index that is none, a file that is missing, and a tensor that its file does not have
 */
export async function openSharded(path: string, open: (part: string) => Promise<TensorFile>): Promise<TensorFile> {
  const places = await readIndex(path);
  const names = [...new Set(places.values())].sort();
  const files = new Map<string, TensorFile>();
  const close = async () => {
    for (const file of files.values()) await file.close();
  };
  try {
    const hash = createHash('sha256');
    for (const name of names) {
      if (/[\\/]|^\.\.?$/.test(name)) throw broken(`${path} names "${name}", which is not a file beside it`);
      const place = join(dirname(path), name);
      files.set(name, await open(place));
      hash.update(await hashFile(place));
    }
    const tensors = new Map<string, StoredTensor>();
    for (const [tensor, name] of places) {
      const stored = files.get(name)?.tensors.get(tensor);
      if (stored === undefined) throw broken(`${path}: ${name} does not have the tensor "${tensor}"`);
      tensors.set(tensor, stored);
    }
    return { tensors, sha256: hash.digest('hex'), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readIndex(path: string): Promise<ReadonlyMap<string, string>> {
  const file = await openRandomAccess(path);
  try {
    if (file.size > INDEX_BYTES) throw broken(`${path} has ${file.size} bytes, too many for an index`);
    const text = decodeText(await file.read(0, file.size));
    return new Map(Object.entries(index.parse(parseJson(text)).weight_map));
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw broken(`${path} is no index of files of tensors: ${whatIsWrong(error)}`);
  } finally {
    await file.close();
  }
}

const broken = (message: string) =>
  new ModelError('MODEL_WEIGHTS', message, { remedy: 'download the index and all its files again, into one folder' });

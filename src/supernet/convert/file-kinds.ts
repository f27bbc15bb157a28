import { basename, join } from 'node:path';
import { isFile } from '../../base/files.js';
import { ModelError } from '../../errors.js';
import { openRandomAccess } from '../formats/tensor-file.js';

/** Bytes that tell what a file is. */
const BEGINNING = 512;

/**
 * How a checkpoint is read, from its beginning, then its name: people rename files.
 * @throws ModelError for what is no checkpoint: a file of another library, a packed one, the text that a failed download leaves
 */
export async function kindOfFile(path: string): Promise<'safetensors' | 'onnx' | 'torch'> {
  const file = await openRandomAccess(path);
  const bytes = await file.read(0, Math.min(BEGINNING, file.size)).finally(() => file.close());
  const text = Buffer.from(bytes).toString('latin1');
  const begins = ({ mark, at = 0 }: Mark) => text.startsWith(mark, at);
  const other = OTHERS.find(({ ending, marks }) => ending?.test(path) || marks?.some(begins));
  if (other !== undefined) refuse(path, other);
  const packed = PACKED.find(begins);
  if (packed !== undefined || bytes.length === 0) {
    throw new ModelError('MODEL_CHECKPOINT', `${path} is ${packed?.what ?? 'empty'}`, {
      remedy: packed === undefined ? 'copy or download it again' : 'unpack it and give the .pth or .safetensors inside',
    });
  }
  if (text.startsWith('PK')) return 'torch';
  // The length of a header, which is far below 2^32, and the header itself.
  if (text.slice(4, 8) === '\0\0\0\0' && text[8] === '{') return 'safetensors';
  refuseText(path, text);
  if (/\.safetensors$/i.test(path)) return 'safetensors';
  if (/\.onnx$/i.test(path) || isOnnx(bytes)) return 'onnx';
  // Its numbers alone, of which nothing tells what they are.
  if (!text.startsWith(PICKLE) && (await isFile(path.replace(/\.bin$/i, '.xml')))) {
    refuse(path, { what: 'the weights of a network of OpenVINO' });
  }
  return 'torch';
}

/** Begins with the number of its format, a small one; then come the producer's name, its version, a domain or the graph. */
const isOnnx = ([tag = 0, version = 0, next = 0]: Uint8Array): boolean =>
  tag === 0x08 && version > 0 && version < 0x20 && [0x12, 0x1a, 0x22, 0x3a].includes(next);

const PICKLE = '\x80';

/** Zip archives, pickles and the length of a safetensors header have bytes that no text has. */
function refuseText(path: string, text: string): void {
  if (!/^[\t\r\n\x20-\x7e\xef\xbb\xbf]*$/.test(text)) return;
  if (/<net\s/.test(text)) refuse(path, { what: 'a network of OpenVINO' });
  const what = text.startsWith('version https://git-lfs')
    ? 'a Git LFS pointer, which stands for the file'
    : /^\W*<(!doctype|html|\?xml)/i.test(text)
      ? 'a web page'
      : `a text that begins with ${JSON.stringify(text.slice(0, 40))}`;
  throw new ModelError('MODEL_CHECKPOINT', `${path} is no checkpoint but ${what}`, {
    remedy: SETTINGS.test(path)
      ? 'give the .pth or .safetensors that it belongs to'
      : 'download the file itself (`git lfs pull`, or the address of the raw file) and compare its size and sha256',
  });
}

/** What lies beside a checkpoint and is none. */
const SETTINGS = /\.(json|ya?ml|toml|cfg|txt|md|py)$/i;

/** Throws `ModelError` for a folder that another library keeps a network in. */
export function refuseOtherFolder(folder: string, names: readonly string[]): void {
  const half = names.find((name) => /\.onnx$/i.test(name));
  if (half !== undefined) {
    throw new ModelError('MODEL_CHECKPOINT', `${folder} holds a network as ONNX`, {
      remedy: `give the file of its encoder or decoder, as ${join(folder, half)}`,
    });
  }
  const other = FOLDERS.find(({ has }) => has.test(basename(folder)) || names.some((name) => has.test(name)));
  if (other !== undefined) refuse(folder, other);
}

function refuse(path: string, { what, remedy = SOURCE }: Other): never {
  throw new ModelError('MODEL_CHECKPOINT', `${path} is ${what}, which is not read`, { remedy });
}

const SOURCE = 'give the .pth or .safetensors that it was exported from';
const AS_SAFETENSORS = 'save the weights under the names that PyTorch gives them, as safetensors or with torch.save';

interface Other {
  readonly what: string;
  /** `SOURCE` where it is not said. */
  readonly remedy?: string;
}

/** Bytes of a file, from its beginning where no place is given. */
interface Mark {
  readonly mark: string;
  readonly at?: number;
}

/** Files of other libraries, by what they are called or how they begin. */
const OTHERS: readonly (Other & { readonly ending?: RegExp; readonly marks?: readonly Mark[] })[] = [
  { ending: /\.(h5|keras|hdf5)$/i, marks: [{ mark: '\x89HDF' }], what: "Keras's or another HDF5 file" },
  { ending: /\.(engine|trt|plan)$/i, marks: [{ mark: 'ftrt' }], what: 'a TensorRT engine' },
  { ending: /\.np[yz]$/i, marks: [{ mark: '\x93NUMPY' }], what: 'arrays of NumPy', remedy: AS_SAFETENSORS },
  {
    ending: /\.(tflite|mlmodel|mlpackage|ncnn|param|mnn|rknn|hef|dlc|kmodel|ort)$/i,
    marks: [{ mark: 'TFL3', at: 4 }, { mark: 'ORTM', at: 4 }, { mark: 'RKNN' }],
    what: 'a network for one kind of device',
  },
  {
    marks: ['\x89PNG', '\xff\xd8\xff', 'GIF8', 'RIFF', 'II*\0', 'MM\0*'].map((mark) => ({ mark })),
    what: 'a picture',
    remedy: 'give the .pth or .safetensors of a network; pictures are given in a folder, as --data',
  },
  { ending: /\.pdparams$/i, what: 'weights of PaddlePaddle', remedy: AS_SAFETENSORS },
  { ending: /\.pt2$/i, what: 'a program of torch.export' },
  {
    ending: /\.(msgpack|ckpt\.index|gguf|ggml|pb)$/i,
    marks: [{ mark: 'GGUF' }, { mark: 'lmgg' }],
    what: 'a file of another library',
  },
];

/** Folders of others, by what lies in them or how they are called. */
const FOLDERS: readonly (Other & { readonly has: RegExp })[] = [
  {
    has: /^(zero_to_fp32\.py|latest)$/,
    what: 'a folder of sharded weights (DeepSpeed)',
    remedy: 'gather them with its zero_to_fp32.py',
  },
  {
    has: /\.distcp$/,
    what: 'a folder of sharded weights (torch.distributed.checkpoint)',
    remedy: 'gather them: python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER one.pth',
  },
  { has: /^tf_model\.h5$|^saved_model\.pb$/, what: 'a network of TensorFlow' },
  { has: /\.msgpack$/, what: 'a network of Flax' },
  { has: /^openvino_.*\.xml$/, what: 'a network of OpenVINO' },
  { has: /\.(mlpackage|mlmodelc)$/, what: 'a network of Core ML' },
];

/** Packed files. */
const PACKED: readonly (Mark & { readonly what: string })[] = [
  { mark: '\x1f\x8b', what: 'packed by gzip' },
  { mark: 'BZh9', what: 'packed by bzip2' },
  { mark: '7z\xbc\xaf', what: 'packed by 7-Zip' },
  { mark: '\xfd7zXZ', what: 'packed by xz' },
  { mark: '\x28\xb5\x2f\xfd', what: 'packed by Zstandard' },
  { mark: 'Rar!', what: 'packed by RAR' },
  { mark: 'ustar', at: 257, what: 'a tar archive' },
];

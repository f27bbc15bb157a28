import { ModelError } from '../../errors.js';
import type { StoredTensor, StoredTensors } from '../formats/tensor-file.js';

/** PyTorch's default, which MobileSAM keeps. */
const EPSILON = 1e-5;

export const NORM_PARTS = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/**
 * A convolution without bias (`….c`) and the batch norm after it (`….bn`) as one convolution with a bias, as they are when
 * the network does not train: weight w g / sqrt(v + eps) and bias b - m g / sqrt(v + eps) for every output channel.
 */
export function foldBatchNorm(tensors: StoredTensors, name: string): ReadonlyMap<string, StoredTensor> {
  const weight = part(tensors, `${name}.c.weight`);
  const [channels = 0] = weight.shape;
  const norm = NORM_PARTS.map((what) => part(tensors, `${name}.bn.${what}`, `${[channels]}`));
  const scales = async () => {
    const [gamma, beta, mean, variance] = (await Promise.all(norm.map((tensor) => tensor.read()))) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const scale = Float64Array.from(gamma, (value, i) => value / Math.sqrt((variance[i] as number) + EPSILON));
    return { scale, beta, mean };
  };
  return new Map<string, StoredTensor>([
    [
      `${name}.c.weight`,
      {
        shape: weight.shape,
        read: async () => {
          const [{ scale }, values] = await Promise.all([scales(), weight.read()]);
          const each = values.length / channels;
          return values.map((value, i) => value * (scale[Math.floor(i / each)] as number));
        },
      },
    ],
    [
      `${name}.c.bias`,
      {
        shape: [channels],
        read: async () => {
          const { scale, beta, mean } = await scales();
          return beta.map((value, i) => value - (mean[i] as number) * (scale[i] as number));
        },
      },
    ],
  ]);
}

/** A batch norm that changes nothing and the bias as its own: what `foldBatchNorm` undoes. */
export function unfoldBatchNorm(tensors: StoredTensors, name: string): ReadonlyMap<string, StoredTensor> {
  const bias = part(tensors, `${name}.c.bias`);
  const constant = (shape: readonly number[], value: number): StoredTensor => ({
    shape,
    read: async () => new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
  });
  return new Map([
    [`${name}.c.weight`, part(tensors, `${name}.c.weight`)],
    [`${name}.bn.weight`, constant(bias.shape, 1)],
    [`${name}.bn.bias`, bias],
    [`${name}.bn.running_mean`, constant(bias.shape, 0)],
    [`${name}.bn.running_var`, constant(bias.shape, 1 - EPSILON)],
    [`${name}.bn.num_batches_tracked`, constant([], 0)],
  ]);
}

function part(tensors: StoredTensors, name: string, shape?: string): StoredTensor {
  const tensor = tensors.get(name);
  if (tensor !== undefined && (shape === undefined || `${tensor.shape}` === shape)) return tensor;
  const what = tensor === undefined ? 'is missing' : `is [${tensor.shape}], should be [${shape}]`;
  throw new ModelError('MODEL_TENSORS', `the tensor ${name}, which belongs to a batch norm, ${what}`, {
    remedy: 'give the whole checkpoint as its authors publish it',
  });
}

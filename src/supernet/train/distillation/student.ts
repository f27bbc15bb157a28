import { createRng, type Rng } from '../../../base/rng.js';
import { ModelError, UsageError } from '../../../errors.js';
import { type ArchitectureName, architecture } from '../../model/architectures.js';
import { createEncoder, inputFormat, type NetworkDescription } from '../../model/description.js';
import { type EncoderSpec, encoderSpec } from '../../model/encoder-families.js';
import type { Encoder, Weights } from '../../model/network.js';
import { decoderOf } from '../../model/networks/decoder.js';

/** Departures from a published size. */
export interface StudentSizes {
  readonly depth?: number | undefined;
  /** Channels of a token. */
  readonly channels?: number | undefined;
  readonly heads?: number | undefined;
}

type VitSpec = Exclude<EncoderSpec, { family: 'tinyvit' }>;

const MLP_RATIO = 4;
/** SAM's encoders attend over the whole map at the end of every quarter of their layers. */
const GLOBAL_LAYERS = 4;
const WINDOW = 14;

/**
 * A plain vision transformer that embeds into the same map as the teacher: the teacher's input, its decoder, and a position
 * for each of its cells. Layers that attend over the whole map stay where the published sizes have them.
 * @throws UsageError for sizes that no network has; ModelError when the student's map is not of the teacher's shape
 */
export function studentDescription(
  teacher: NetworkDescription,
  inputSize: number,
  name: ArchitectureName,
  sizes: StudentSizes,
): NetworkDescription {
  const reference = createEncoder(teacher, inputSize);
  const description: NetworkDescription = {
    format: 1,
    name: studentName(name, sizes),
    inputSize,
    pixelMean: teacher.pixelMean,
    pixelStd: teacher.pixelStd,
    ...(teacher.resize !== undefined && { resize: teacher.resize }),
    encoder: encoderSpec.parse(resized(plainVit(name), sizes, reference.grid)),
    decoder: reference.decoder,
    source: { description: 'random weights' },
  };
  checkMap(createEncoder(description), reference, name);
  return description;
}

function plainVit(name: ArchitectureName): VitSpec {
  const { encoder } = architecture(name);
  if (encoder.family !== 'tinyvit') return encoder;
  throw new UsageError(`${name} is no plain vision transformer`, {
    remedy:
      'choose efficientsam-ti, efficientsam-s or one of the ViTs, with --depth, --channels and --heads for other sizes',
  });
}

function resized(spec: VitSpec, sizes: StudentSizes, positionGrid: number): VitSpec {
  const channels = sizes.channels ?? spec.channels;
  const depth = sizes.depth ?? spec.layers.length;
  const heads = sizes.heads ?? channels / spec.headChannels;
  if (!Number.isInteger(heads) || channels % heads !== 0) {
    throw new UsageError(`${channels} channels do not fall into ${heads} heads of whole channels`, {
      remedy: `give --channels a multiple of ${spec.headChannels}, or --heads a divisor of the channels`,
    });
  }
  const all = { channels, headChannels: channels / heads, positionGrid };
  const layer = { heads, mlpWidth: MLP_RATIO * channels };
  const layers = <Layer>(make: (i: number) => Layer) => Array.from({ length: depth }, (_, i) => make(i));
  if (spec.family === 'efficientsam') return { ...spec, ...all, layers: layers(() => layer) };
  const global = Array.from({ length: GLOBAL_LAYERS }, (_, k) => Math.round(((k + 1) * depth) / GLOBAL_LAYERS) - 1);
  return { ...spec, ...all, layers: layers((i) => ({ ...layer, window: global.includes(i) ? 0 : WINDOW })) };
}

/**
 * A network that has learnt already, as a student: its own layers, at the teacher's input. Its decoder becomes the teacher's.
 * @throws ModelError when it sees images otherwise than the teacher, has another kind of decoder or a map of another shape
 */
export function learntStudent(
  student: NetworkDescription,
  teacher: NetworkDescription,
  inputSize: number,
): NetworkDescription {
  const [own, reference] = [createEncoder(student, inputSize), createEncoder(teacher, inputSize)];
  checkMap(own, reference, student.name);
  const seen = (of: NetworkDescription) => JSON.stringify(inputFormat(of, inputSize));
  if (seen(student) !== seen(teacher) || own.decoder !== reference.decoder) {
    throw new ModelError('MODEL_STUDENT', `${student.name} reads images or prompts otherwise than its teacher`, {
      remedy: 'take a teacher and a student that began as the same network',
    });
  }
  return { ...student, inputSize, name: `${student.name}-distilled` };
}

function checkMap(student: Encoder, teacher: Encoder, name: string): void {
  if (student.grid === teacher.grid && student.channels === teacher.channels) return;
  const map = ({ grid, channels }: Encoder) => `${grid}x${grid}x${channels}`;
  throw new ModelError(
    'MODEL_STUDENT',
    `at ${teacher.inputSize} pixels ${name} embeds into ${map(student)}, its teacher into ${map(teacher)}`,
    { remedy: 'choose an --input-size at which both have the same map: a multiple of 32' },
  );
}

const studentName = (name: string, { depth, channels, heads }: StudentSizes): string =>
  [
    name,
    ...(depth === undefined ? [] : [`depth${depth}`]),
    ...(channels === undefined ? [] : [`channels${channels}`]),
    ...(heads === undefined ? [] : [`heads${heads}`]),
    'distilled',
  ].join('-');

/** Of matrices and position tables, as usual for vision transformers. */
const SPREAD = 0.02;
/** Standard deviations at which a normal draw is taken again. */
const CUT = 2;

/** The neck behind its first convolution: the same in all families, and it sets the scale of the embedding. */
const SHARED_NECK = /^image_encoder\.neck\.[123]\./;

/**
 * What a student begins with: matrices and positions from a truncated normal of deviation 0.02, kernels from one of 1 / sqrt(inputs),
 * norms at 1, biases and relative positions at 0. The neck behind its first convolution, the prompt encoder and the mask decoder
 * are the teacher's. A random tensor's numbers follow from the seed and its name alone.
 */
export function initialWeights(encoder: Encoder, teacher: Weights, seed: number): Weights {
  const weights = new Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>();
  for (const [name, shape] of encoder.shapes) {
    const length = shape.reduce((product, size) => product * size, 1);
    const data = new Float32Array(length);
    if (shape.length === 1) data.fill(name.endsWith('.weight') ? 1 : 0);
    else if (!name.includes('.rel_pos_')) {
      const inputs = length / (shape[0] ?? 1);
      fill(data, shape.length === 4 && name.endsWith('.weight') ? 1 / Math.sqrt(inputs) : SPREAD, rngOf(seed, name));
    }
    weights.set(name, { shape, data });
  }
  const shared = [...encoder.shapes.keys()].filter((name) => SHARED_NECK.test(name));
  return withDecoder(withTensors(weights, teacher, shared), teacher, encoder);
}

/** The weights with the prompt encoder and mask decoder of others. */
export const withDecoder = (weights: Weights, teacher: Weights, encoder: Encoder): Weights =>
  withTensors(weights, teacher, decoderOf(encoder.decoder).shapes.keys());

function withTensors(weights: Weights, others: Weights, names: Iterable<string>): Weights {
  const all = new Map(weights);
  for (const name of names) {
    const tensor = others.get(name);
    if (tensor !== undefined) all.set(name, tensor);
  }
  return all;
}

const rngOf = (seed: number, name: string): Rng => createRng(seed, 'student', name);

function fill(data: Float32Array, spread: number, rng: Rng): void {
  for (let i = 0; i < data.length; i++) {
    let draw = rng.normal();
    while (Math.abs(draw) > CUT) draw = rng.normal();
    data[i] = spread * draw;
  }
}

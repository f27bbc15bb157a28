import { ModelError, UsageError } from '../../../errors.js';
import { type ArchitectureName, architecture } from '../../model/architectures.js';
import { createEncoder, inputFormat, type NetworkDescription } from '../../model/description.js';
import { type EncoderSpec, encoderSpec } from '../../model/encoder-families.js';
import type { Encoder } from '../../model/network.js';

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

import { z } from 'zod';
import { whatIsWrong } from '../../base/schema-issues.js';
import { ModelError } from '../../errors.js';
import { createFamilyEncoder, encoderSpec } from './encoder-families.js';
import type { Encoder } from './network.js';
import { provenanceSchema } from './provenance.js';
import type { InputFormat } from './segmentation.js';

const rgb = (value: z.ZodNumber) => z.tuple([value, value, value]);

/** What `network.json` beside the weights says: all that is needed to build the network and feed it. */
const schema = z.strictObject({
  format: z.literal(1),
  name: z.string().min(1),
  /** Pixels along one side of the square input the model is meant for. */
  inputSize: z.int().positive(),
  /** RGB in 0..255: the input is (pixel - mean) / std. */
  pixelMean: rgb(z.number()),
  pixelStd: rgb(z.number().positive()),
  /** `pad` (when absent): the long side is resized, zeros fill the square. `squash`: both sides are resized. */
  resize: z.enum(['pad', 'squash']).optional(),
  encoder: encoderSpec,
  /** Prompt encoder and mask decoder; when absent, those the encoder's family was published with. */
  decoder: z.enum(['sam', 'efficientsam']).optional(),
  /** Where the weights come from. */
  source: z.strictObject({ description: z.string(), license: z.string().optional() }),
  /** Of an extracted subnet. */
  provenance: provenanceSchema.exactOptional(),
  /** Present when hidden units are sorted, so that leading slices are meaningful. */
  supernet: z.strictObject({ prioritization: z.string() }).optional(),
});

export type NetworkDescription = z.infer<typeof schema>;

/** Throws `ModelError` with the first fault of a description. */
export function parseDescription(value: unknown, label: string): NetworkDescription {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ModelError('MODEL_DESCRIPTION', `${label}: ${whatIsWrong(result.error)}`, {
    cause: result.error,
    remedy: 'convert or extract the model again',
  });
}

/** How images are brought to the network's input, at its own size or another one. */
export const inputFormat = (
  { pixelMean, pixelStd, resize, ...description }: NetworkDescription,
  inputSize = description.inputSize,
): InputFormat => ({ inputSize, pixelMean, pixelStd, ...(resize !== undefined && { resize }) });

/** The encoder the description names, at its own input size or another one (closed forms depend on it, weights do not). */
export function createEncoder(description: NetworkDescription, inputSize = description.inputSize): Encoder {
  const encoder = createFamilyEncoder(description.encoder, inputSize);
  return description.decoder === undefined ? encoder : { ...encoder, decoder: description.decoder };
}

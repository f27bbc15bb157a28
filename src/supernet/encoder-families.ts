import { z } from 'zod';
import type { Encoder } from './network.js';
import { createTinyVit } from './networks/tinyvit.js';
import { shrinkTinyVit } from './networks/tinyvit-shrink.js';

const size = z.int().positive();

const tinyVit = z.strictObject({
  family: z.literal('tinyvit'),
  patchChannels: z.tuple([size, size]),
  mbconvHidden: z.array(z.int().nonnegative()),
  stages: z.array(
    z.strictObject({
      dimension: size,
      heads: size,
      window: size,
      stride: z.union([z.literal(1), z.literal(2)]),
      blocks: z.array(z.strictObject({ attention: z.boolean(), mlpWidth: z.int().nonnegative() })),
    }),
  ),
  neckChannels: size,
});

/** The sizes of an encoder of any known family. A new family is one more member here and below. */
export const encoderSpec = z.discriminatedUnion('family', [tinyVit]);
export type EncoderSpec = z.infer<typeof encoderSpec>;

/** Active size of a piece by its name; undefined for a piece the encoder does not have. */
export type ActiveSize = (piece: string) => number | undefined;

interface Family<Spec> {
  create(spec: Spec, inputSize: number): Encoder;
  /** The spec of the stand-alone network that a subnet is. */
  shrink(spec: Spec, active: ActiveSize): Spec;
}

const families: { readonly [Name in EncoderSpec['family']]: Family<Extract<EncoderSpec, { family: Name }>> } = {
  tinyvit: { create: createTinyVit, shrink: shrinkTinyVit },
};

export const createFamilyEncoder = (spec: EncoderSpec, inputSize: number): Encoder =>
  families[spec.family].create(spec, inputSize);

export const shrinkFamilySpec = (spec: EncoderSpec, active: ActiveSize): EncoderSpec =>
  families[spec.family].shrink(spec, active);

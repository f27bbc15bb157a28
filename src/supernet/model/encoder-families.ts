import { z } from 'zod';
import type { ActiveSize, Encoder } from './network.js';
import { createTinyVit } from './networks/tinyvit.js';
import { shrinkTinyVit } from './networks/tinyvit-spec.js';
import { createEfficientSam, createSamVit } from './networks/vit.js';
import { renumberVit, shrinkVit } from './networks/vit-spec.js';

const size = z.int().positive();
/** 0 is a branch that is not there. */
const optionalSize = z.int().nonnegative();

const tinyVit = z.strictObject({
  family: z.literal('tinyvit'),
  patchChannels: z.tuple([size, size]),
  mbconvHidden: z.array(optionalSize),
  stages: z.array(
    z.strictObject({
      dimension: size,
      heads: size,
      window: size,
      stride: z.union([z.literal(1), z.literal(2)]),
      blocks: z.array(z.strictObject({ attention: z.boolean(), heads: size.exactOptional(), mlpWidth: optionalSize })),
    }),
  ),
  neckChannels: size,
});

/** What the plain vision transformers have in common; `networks/vit-spec.ts` says what the sizes are. */
const vit = { channels: size, headChannels: size, patch: size, positionGrid: size, neckChannels: size };
const layer = { heads: optionalSize, mlpWidth: optionalSize };

const samVit = z.strictObject({
  family: z.literal('sam-vit'),
  ...vit,
  layers: z.array(z.strictObject({ ...layer, window: optionalSize })),
});

const efficientSam = z.strictObject({
  family: z.literal('efficientsam'),
  ...vit,
  layers: z.array(z.strictObject(layer)),
});

/** The sizes of an encoder of any known family. A new family is one more member here and below. */
export const encoderSpec = z.discriminatedUnion('family', [tinyVit, samVit, efficientSam]);
export type EncoderSpec = z.infer<typeof encoderSpec>;

interface Family<Spec> {
  create(spec: Spec, inputSize: number): Encoder;
  /** The spec of the stand-alone network that a subnet is. */
  shrink(spec: Spec, active: ActiveSize): Spec;
  /** What a tensor is called in the stand-alone network; the same as before where a family does not say. */
  readonly rename?: (spec: Spec, active: ActiveSize, tensor: string) => string;
}

type FamilyName = EncoderSpec['family'];
type SpecOf<Name extends FamilyName> = Extract<EncoderSpec, { family: Name }>;

const families: { readonly [Name in FamilyName]: Family<SpecOf<Name>> } = {
  tinyvit: { create: createTinyVit, shrink: shrinkTinyVit },
  'sam-vit': { create: createSamVit, shrink: shrinkVit, rename: renumberVit },
  efficientsam: { create: createEfficientSam, shrink: shrinkVit, rename: renumberVit },
};

/** The family of a spec; TypeScript does not see that both have the same name. */
const familyOf = (spec: EncoderSpec) => families[spec.family] as Family<EncoderSpec>;

export const createFamilyEncoder = (spec: EncoderSpec, inputSize: number): Encoder =>
  familyOf(spec).create(spec, inputSize);

export const shrinkFamilySpec = (spec: EncoderSpec, active: ActiveSize): EncoderSpec =>
  familyOf(spec).shrink(spec, active);

export const renameFamilyTensor = (spec: EncoderSpec, active: ActiveSize, tensor: string): string =>
  familyOf(spec).rename?.(spec, active, tensor) ?? tensor;

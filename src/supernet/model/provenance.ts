import { z } from 'zod';

/** A study's origin as files hold it. */
export const originSchema = z.object({
  study: z.string(),
  seed: z.int(),
  technique: z.string(),
  space: z.string(),
  oracle: z.string(),
  fingerprint: z.record(z.string(), z.json()),
  version: z.string(),
});

/**
 * Where an extracted subnet comes from, as its network.json and its ONNX files say it: enough to extract it again and to
 * ask the study for the proof (`supersam verify FOLDER`).
 */
export const provenanceSchema = z.strictObject({
  /** Of the supersam that extracted it. */
  version: z.string(),
  /** sha256 of the supernet's weights. */
  supernet: z.string(),
  configuration: z.record(z.string(), z.json()),
  /** The trial that found it; absent for a configuration given by hand. */
  trial: originSchema
    .extend({ trial: z.int(), metrics: z.record(z.string(), z.number()).exactOptional() })
    .strict()
    .exactOptional(),
  /** Where the supernet and the study's database lay, as seen from the folder. */
  files: z.strictObject({ supernet: z.string().exactOptional(), study: z.string().exactOptional() }).exactOptional(),
  /** Of a mean of trainings: sha256 of the weights of each. The subnet itself is one of them. */
  averaged: z.array(z.string()).exactOptional(),
  /** sha256 of the weights as they were extracted or averaged: a network that was trained since then has others. */
  weights: z.string().exactOptional(),
});

export type Provenance = z.infer<typeof provenanceSchema>;
/** The trial that a subnet is, and what it measured. */
export type FoundTrial = NonNullable<Provenance['trial']>;

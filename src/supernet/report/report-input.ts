import { readFile } from 'node:fs/promises';
import { deflateSync, inflateSync } from 'node:zlib';
import { z } from 'zod';
import { writeAtomically } from '../../base/files.js';
import { whatIsWrong } from '../../base/schema-issues.js';
import type { Configuration } from '../../core/space.js';
import { FINISHED_STATES } from '../../core/trial.js';
import { DataError } from '../../errors.js';
import { originSchema } from '../model/provenance.js';
import type { ReportInput } from './report-model.js';

const configuration = z.record(z.string(), z.json()) as unknown as z.ZodType<Configuration>;
const numbers = z.record(z.string(), z.number());
/** Deflated and in base64: masks are long and even. */
const bytes = z.string().transform((content, context): Uint8Array => {
  try {
    return new Uint8Array(inflateSync(Buffer.from(content, 'base64')));
  } catch {
    context.addIssue('is not deflated base64');
    return z.NEVER;
  }
});

const trial = z.object({
  number: z.int(),
  technique: z.string(),
  configuration,
  state: z.enum(FINISHED_STATES),
  values: z.array(z.number()).nullable(),
  metrics: numbers.nullable(),
  failure: z
    .object({ kind: z.enum(['timeout', 'build', 'runtime', 'correctness', 'constraint', 'lost']), message: z.string() })
    .exactOptional(),
  improvement: z.number(),
});

const row = z.object({
  name: z.string(),
  configuration: configuration.nullable(),
  encoderParameters: z.number(),
  reduction: z.number(),
  inputSize: z.number(),
  split: z.string(),
  prompt: z.enum(['box', 'point']),
  mask: z.enum(['single', 'predicted', 'oracle']),
  meanIou: z.number(),
  spread: z.number(),
  bySeed: z.array(z.number()),
  objects: z.number(),
  seeds: z.array(z.number()),
});

const schema = z.object({
  title: z.string(),
  command: z.string(),
  environment: z.record(z.string(), z.string()),
  dataset: z.object({ name: z.string(), licence: z.string(), splits: numbers }),
  rows: z.array(row),
  study: z.object({
    name: z.string(),
    origin: originSchema.exactOptional(),
    objectives: z.array(z.object({ metric: z.string(), direction: z.enum(['min', 'max']) })),
    trials: z.array(trial),
    baselines: z.array(z.object({ name: z.string(), values: z.array(z.number()) })),
  }),
  chosen: z.array(
    z.object({
      name: z.string(),
      trial: z.number().nullable(),
      configuration,
      encoderParameters: z.number(),
      reduction: z.number(),
    }),
  ),
  blocks: z.object({
    pieces: z.array(z.object({ name: z.string(), full: z.number() })),
    subnets: z.array(z.object({ name: z.string(), active: z.array(z.number()) })),
  }),
  training: z.array(z.object({ step: z.number(), series: numbers })),
  maskPanels: z.array(
    z.object({
      name: z.string(),
      image: z.object({ width: z.int().positive(), height: z.int().positive(), rgb: bytes }),
      overlays: z.array(z.object({ title: z.string(), mask: bytes, truth: bytes, iou: z.number() })),
    }),
  ),
  ranking: z
    .array(z.object({ name: z.string(), drop: z.number(), standardError: z.number().exactOptional() }))
    .exactOptional(),
});

/** Writes all that a report says, so that `supersam report` can draw the page again. */
export async function writeReportInput(path: string, input: ReportInput): Promise<void> {
  const packed = (data: Uint8Array) => deflateSync(data).toString('base64');
  const content = JSON.stringify({
    ...input,
    maskPanels: input.maskPanels.map(({ name, image, overlays }) => ({
      name,
      image: { ...image, rgb: packed(image.rgb) },
      overlays: overlays.map((overlay) => ({ ...overlay, mask: packed(overlay.mask), truth: packed(overlay.truth) })),
    })),
  });
  await writeAtomically(path, `${content}\n`);
}

/** Reads it back. Throws `DataError` (DATA_REPORT) when the file is missing or not of this form. */
export async function readReportInput(path: string): Promise<ReportInput> {
  const fail = (why: string, cause: unknown) =>
    new DataError('DATA_REPORT', `${path}: ${why}`, { cause, remedy: 'run the command that wrote the folder again' });
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw fail(cause instanceof SyntaxError ? 'is no JSON' : 'cannot be read', cause);
  }
  const result = schema.safeParse(content);
  if (!result.success) {
    throw fail(whatIsWrong(result.error), result.error);
  }
  const input: ReportInput = result.data;
  const broken = input.maskPanels.find(
    ({ image: { width, height, rgb }, overlays }) =>
      rgb.length !== width * height * 3 ||
      overlays.some(({ mask, truth }) => mask.length !== width * height || truth.length !== width * height),
  );
  if (broken !== undefined) throw fail(`the pixels of "${broken.name}" do not fit its size`, undefined);
  return input;
}

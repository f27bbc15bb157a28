import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isRecord, type Json } from '../base/json.js';
import type { Card, Job, Outcome } from '../core/executor.js';

// What coordinator and workers write to each other, as JSON text. Whoever can write to a queue or a shared folder can
// write anything, so all of it is checked before it is used.

/** Longer texts are refused unread. */
export const LONGEST_MESSAGE = 2 ** 24;

const natural = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const json: z.ZodType<Json> = z.unknown() as z.ZodType<Json>;
const record = z.custom<{ readonly [key: string]: Json }>(isRecord);
const positive = z.number().positive();

const cardSchema = z.object({
  requirement: z.object({ supersam: z.string(), oracle: z.string(), fingerprint: record }),
  space: json,
  metrics: z.array(z.string()),
  limits: z.object({
    timeout: positive.optional(),
    timeoutFactor: positive.optional(),
    quickestSeconds: positive.optional(),
    repeats: z.int().positive().optional(),
  }),
  comparison: z
    .object({
      objectives: z.array(z.object({ metric: z.string(), direction: z.enum(['min', 'max']) })),
      constraints: z.array(z.string()),
      trials: z.int().positive(),
      studies: z.array(z.string()),
    })
    .optional(),
});
const jobSchema = z.object({
  card: z.string(),
  trial: natural,
  attempt: natural,
  seed: z.int(),
  configuration: record,
  race: z
    .object({
      order: z.array(natural),
      objectives: z.array(z.object({ metric: z.string(), direction: z.enum(['min', 'max']) })),
      rivals: z.array(z.object({ trial: natural, values: z.record(z.string(), z.array(z.number())) })),
      risk: positive,
    })
    .optional(),
});
const resultSchema = z.object({
  card: z.string(),
  trial: natural,
  attempt: natural,
  worker: z.string(),
  outcome: z.union([
    z.object({ kind: z.literal('measured'), result: z.unknown(), seconds: z.number().min(0) }),
    z.object({ kind: z.literal('lost'), message: z.string() }),
  ]),
});

/** A job as it is sent, with the key of the card that says how it is measured. */
export interface JobMessage extends Job {
  readonly card: string;
}

export interface ResultMessage {
  readonly card: string;
  readonly trial: number;
  readonly attempt: number;
  /** Who measured. */
  readonly worker: string;
  readonly outcome: Outcome;
}

/** One study's way of measuring has one key: jobs and results of another are not taken for its own. */
export function cardKey(study: string, { requirement, space, metrics, limits, comparison }: Card): string {
  const { quickestSeconds: _, ...fixed } = limits;
  return createHash('sha256')
    .update(JSON.stringify([study, requirement, space, metrics, fixed, comparison]))
    .digest('hex');
}

/** A card as it is laid out for workers. */
export const writeCard = (key: string, card: Card): string => write({ key, card });

export function readCard(text: string): { readonly key: string; readonly card: Card } | undefined {
  return read(z.object({ key: z.string(), card: cardSchema }), text) as ReturnType<typeof readCard>;
}

const signSchema = z.object({
  name: z.string().regex(/^[\w.-]{1,200}$/),
  host: z.string(),
  slots: z.int().min(0).max(1024),
  beat: z.number(),
  refused: z.string().optional(),
});

/** A worker as it shows itself. */
export interface WorkerSign {
  readonly name: string;
  readonly host: string;
  readonly slots: number;
  /** Changes with every sign of life. */
  readonly beat: number;
  /** Why it serves nothing. */
  readonly refused?: string | undefined;
}

export const readSign = (text: string): WorkerSign | undefined => read(signSchema, text);

const WORD = '$number';

/** JSON with what it lacks: a metric may be NaN or infinite. */
export const write = (
  message: JobMessage | ResultMessage | WorkerSign | { readonly key: string; readonly card: Card },
): string =>
  JSON.stringify(message, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { [WORD]: String(value) } : value,
  );

const revive = (_: string, value: unknown) => {
  const word = (value as { readonly [WORD]?: unknown } | null)?.[WORD];
  return typeof word === 'string' ? Number(word) : value;
};

/** Undefined for what is none. */
export const readJob = (text: string): JobMessage | undefined => read(jobSchema, text) as JobMessage | undefined;
export const readResult = (text: string): ResultMessage | undefined =>
  read(resultSchema, text) as ResultMessage | undefined;

function read<T>(schema: z.ZodType<T>, text: string): T | undefined {
  if (text.length > LONGEST_MESSAGE) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(text, revive));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

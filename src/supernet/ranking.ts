import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ModelError } from '../errors.js';
import type { Encoder } from './network.js';

const removal = z.strictObject({
  /** The gate or width whose value `removed` takes the unit out. */
  parameter: z.string(),
  removed: z.union([z.literal(false), z.literal(0)]),
  meanIou: z.number(),
  /** Mean IoU of the full network minus that without the unit; negative when the network is better off without it. */
  drop: z.number(),
  /** Encoder parameters that the removal saves. */
  encoderParameters: z.int().nonnegative(),
});

const schema = z.strictObject({
  format: z.literal(1),
  inputSize: z.int().positive(),
  images: z.int().positive(),
  /** Prompted objects, every kind of prompt counted. */
  objects: z.int().positive(),
  prompt: z.enum(['box', 'point', 'both', 'random']),
  mask: z.enum(['single', 'predicted', 'oracle']),
  /** Identity of the images, prompts and input format. */
  evaluation: z.string(),
  /** Mean IoU of the full network. */
  meanIou: z.number(),
  /** In chain order. */
  removals: z.array(removal),
});

/** How much each removable unit of an encoder matters, as `rankPieces` measures it and `ranking.json` keeps it. */
export type Ranking = z.infer<typeof schema>;
export type Removal = z.infer<typeof removal>;

/** Every way to take one unit out: each distinct gate closed, each width set to 0. In chain order. */
export function removableUnits(encoder: Encoder): readonly Pick<Removal, 'parameter' | 'removed'>[] {
  const gates = new Set<string>();
  return encoder.pieces.flatMap(({ gate, width }) => {
    const units: Pick<Removal, 'parameter' | 'removed'>[] = [];
    // One gate may close several pieces.
    if (gate !== undefined && !gates.has(gate)) units.push({ parameter: gate, removed: false });
    if (gate !== undefined) gates.add(gate);
    if (width !== undefined) units.push({ parameter: width, removed: 0 });
    return units;
  });
}

/** Throws `ModelError` when the ranking is of another network: it names units the encoder lacks, or lacks some of its units. */
export function checkRanking(encoder: Encoder, ranking: Ranking, label: string): void {
  const known = new Set(removableUnits(encoder).map(({ parameter }) => parameter));
  const ranked = new Set(ranking.removals.map(({ parameter }) => parameter));
  const unknown = [...ranked].filter((parameter) => !known.has(parameter));
  const missing = [...known].filter((parameter) => !ranked.has(parameter));
  const faults = [
    ...(unknown.length > 0 ? [`the network has no ${unknown.join(', ')}`] : []),
    ...(missing.length > 0 ? [`the ranking lacks ${missing.join(', ')}`] : []),
  ];
  if (faults.length === 0) return;
  throw new ModelError('MODEL_RANKING', `${label} is the ranking of another network: ${faults.join('; ')}`, {
    remedy: 'rank this network with `supersam rank`',
  });
}

/** Throws `ModelError` when the file is missing or no ranking. */
export async function readRanking(path: string): Promise<Ranking> {
  const remedy = 'make one with `supersam rank`';
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ModelError('MODEL_RANKING', `cannot read ${path}`, { cause, remedy });
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const what = issue === undefined ? (cause as Error).message : `${issue.path.join('.')}: ${issue.message}`;
    throw new ModelError('MODEL_RANKING', `${path} is not a ranking: ${what}`, { cause, remedy });
  }
}

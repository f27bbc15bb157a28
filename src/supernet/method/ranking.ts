import { z } from 'zod';
import { readText } from '../../base/files.js';
import { parseJson } from '../../base/parse-json.js';
import { whatIsWrong } from '../../base/schema-issues.js';
import { ModelError } from '../../errors.js';
import type { Encoder } from '../model/network.js';

const unit = {
  /** The gate or width whose value `removed` takes the unit out. */
  parameter: z.string(),
  removed: z.union([z.literal(false), z.literal(0)]),
  /** Encoder parameters that the removal saves. */
  encoderParameters: z.int().nonnegative(),
};

const removal = z.strictObject({
  ...unit,
  meanIou: z.number(),
  /**
   * Mean IoU of the full network minus that without the unit (`greedy`: and without all units before it); negative when the network
   * is better off.
   */
  drop: z.number(),
  /** Of the drop, over images (over objects when there is one image). */
  standardError: z.number().nonnegative().exactOptional(),
});

const weighed = z.strictObject({
  ...unit,
  /** Mean absolute weight of the unit's matrices and kernels. */
  magnitude: z.number().nonnegative(),
});

const head = { format: z.literal(1), inputSize: z.int().positive() };

const measuredSchema = z.strictObject({
  ...head,
  /** `leave-one-out`: removals in chain order; `greedy`: in the order in which they were taken out, each for good. */
  method: z.enum(['leave-one-out', 'greedy']).default('leave-one-out'),
  images: z.int().positive(),
  /** Prompted objects, every kind of prompt counted. */
  objects: z.int().positive(),
  /** Of the prompts; all numbers are means over them. */
  seeds: z.array(z.int()).exactOptional(),
  prompt: z.enum(['box', 'point', 'both', 'random']),
  mask: z.enum(['single', 'predicted', 'oracle']),
  /** Identity of the images, prompts and input format. */
  evaluation: z.string(),
  /** Mean IoU of the full network. */
  meanIou: z.number(),
  removals: z.array(removal),
});

/** No image was looked at. In chain order. */
const magnitudeSchema = z.strictObject({ ...head, method: z.literal('magnitude'), removals: z.array(weighed) });

export const RANK_METHODS = ['leave-one-out', 'greedy', 'magnitude'] as const;
export type RankMethod = (typeof RANK_METHODS)[number];

/** How much each removable unit of an encoder matters, as `supersam rank` finds it and `ranking.json` keeps it. */
export type Ranking = MeasuredRanking | MagnitudeRanking;
export type MeasuredRanking = z.infer<typeof measuredSchema>;
export type MagnitudeRanking = z.infer<typeof magnitudeSchema>;
export type Removal = z.infer<typeof removal>;
export type RemovableUnit = Pick<Removal, 'parameter' | 'removed'>;

/** Every way to take one unit out: each distinct gate closed, each width set to 0 unless its gate does the same. In chain order. */
export function removableUnits(encoder: Encoder): readonly RemovableUnit[] {
  return encoder.pieces.flatMap(({ gate, width }, i) => {
    const closed = gate === undefined ? [] : encoder.pieces.filter((piece) => piece.gate === gate);
    const units: RemovableUnit[] = [];
    // One gate may close several pieces.
    if (gate !== undefined && closed[0] === encoder.pieces[i]) units.push({ parameter: gate, removed: false });
    if (width !== undefined && closed.length !== 1) units.push({ parameter: width, removed: 0 });
    return units;
  });
}

/** Throws `ModelError` when the ranking is of another network: it names units the encoder lacks, or lacks some of its units. */
export function checkRanking(encoder: Encoder, ranking: Ranking, label: string): void {
  const known = new Set(encoder.pieces.flatMap(({ gate, width }) => [gate, width]));
  const ranked = new Set(ranking.removals.map(({ parameter }) => parameter));
  const unknown = [...ranked].filter((parameter) => !known.has(parameter));
  const missing = removableUnits(encoder).flatMap(({ parameter }) => (ranked.has(parameter) ? [] : [parameter]));
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
  const text = await readText(path).catch((cause: unknown) => {
    throw new ModelError('MODEL_RANKING', `cannot read ${path}`, { cause, remedy });
  });
  try {
    const content = parseJson(text) as { readonly method?: unknown };
    return (content.method === 'magnitude' ? magnitudeSchema : measuredSchema).parse(content);
  } catch (cause) {
    throw new ModelError('MODEL_RANKING', `${path} is not a ranking: ${whatIsWrong(cause)}`, { cause, remedy });
  }
}

/** What a search space is designed from. */
export interface RankedUnits {
  readonly method?: RankMethod;
  /** `drop` is that of mean IoU, or where no image was looked at the mean absolute weight. */
  readonly removals: readonly { readonly parameter: string; readonly drop: number }[];
}

export const rankedUnits = (ranking: Ranking): RankedUnits =>
  ranking.method === 'magnitude'
    ? {
        method: ranking.method,
        removals: ranking.removals.map(({ parameter, magnitude }) => ({ parameter, drop: magnitude })),
      }
    : ranking;

/** The units the least harmful first; a greedy ranking's in the order in which they were taken out. */
export const leastHarmfulFirst = ({ method, removals }: RankedUnits): RankedUnits['removals'] =>
  method === 'greedy' ? removals : [...removals].sort((a, b) => a.drop - b.drop);

import { parameterCount } from './closed-form.js';
import { type Encoder, fullSubnet, subnetOf } from './network.js';
import type { Ranking } from './ranking.js';

export interface DesignOptions {
  readonly name: string;
  /** Shares of every elastic width that a subnet may take. */
  readonly widths: readonly number[];
  /** Units whose drop is at most this may be removed. */
  readonly maxDrop: number;
  /** Removal probability of the least harmful unit; the others' fall with their drop. */
  readonly maxProbability: number;
}

export const DESIGN_DEFAULTS = { widths: [0.25, 0.5, 0.75, 1], maxDrop: 0.08, maxProbability: 0.5 } as const;

/** `weights` are the prior probabilities of the choices, for a boolean in the order false, true. */
export type DesignedParameter =
  | { readonly name: string; readonly type: 'boolean'; readonly weights: readonly number[] }
  | {
      readonly name: string;
      readonly type: 'ordinal';
      readonly choices: readonly number[];
      readonly weights: readonly number[];
    };

export interface Design {
  /** A search-space file. */
  readonly space: { readonly name: string; readonly parameters: readonly DesignedParameter[] };
  /** What may go, the least harmful first. */
  readonly removable: readonly { readonly parameter: string; readonly drop: number; readonly probability: number }[];
  readonly size: bigint;
  readonly encoderParameters: { readonly smallest: number; readonly largest: number };
}

/** Drop at which a unit goes 1 / e times as often as a harmless one. */
const TEMPERATURE = 0.02;
const WIDTH_MULTIPLE = 8;
/** The stem: training leaves it frozen and computes it once for all subnets, so it has no choices. */
const STEM = 'stage0';

/**
 * A search space from a ranking: what may be removed and how often (a softmin over the drops scaled so that its maximum
 * is `maxProbability`), and the widths of every elastic layer, equally likely when it is kept.
 */
export function designSpace(encoder: Encoder, ranking: Ranking, options: DesignOptions): Design {
  const harmless = ranking.removals
    .filter(({ parameter, drop }) => drop <= options.maxDrop && !parameter.startsWith(STEM))
    .sort((a, b) => a.drop - b.drop);
  const least = harmless[0]?.drop ?? 0;
  const removable = harmless.map(({ parameter, drop }) => ({
    parameter,
    drop,
    probability: rounded(options.maxProbability * Math.exp((least - drop) / TEMPERATURE)),
  }));
  const probabilities = new Map(removable.map(({ parameter, probability }) => [parameter, probability]));
  const parameters = new Map<string, DesignedParameter>();
  for (const { gate, width, full } of encoder.pieces) {
    const gone = gate === undefined ? undefined : probabilities.get(gate);
    if (gate !== undefined && gone !== undefined) {
      parameters.set(gate, { name: gate, type: 'boolean', weights: [gone, rounded(1 - gone)] });
    }
    if (width !== undefined)
      parameters.set(width, widthParameter(width, full, options.widths, probabilities.get(width)));
  }
  const space = { name: options.name, parameters: [...parameters.values()] };
  const smallest = Object.fromEntries(
    space.parameters.map((parameter) => [
      parameter.name,
      parameter.type === 'boolean' ? false : (parameter.choices[0] ?? 0),
    ]),
  );
  return {
    space,
    removable,
    size: space.parameters.reduce(
      (product, each) => product * BigInt(each.type === 'boolean' ? 2 : each.choices.length),
      1n,
    ),
    encoderParameters: {
      smallest: parameterCount(encoder, subnetOf(encoder, smallest)),
      largest: parameterCount(encoder, fullSubnet(encoder)),
    },
  };
}

function widthParameter(
  name: string,
  full: number,
  shares: readonly number[],
  gone: number | undefined,
): DesignedParameter {
  const multiple = (share: number) =>
    Math.max(WIDTH_MULTIPLE, WIDTH_MULTIPLE * Math.round((share * full) / WIDTH_MULTIPLE));
  const kept = [...new Set(shares.map(multiple))].sort((a, b) => a - b);
  const each = rounded((1 - (gone ?? 0)) / kept.length);
  return gone === undefined
    ? { name, type: 'ordinal', choices: kept, weights: kept.map(() => each) }
    : { name, type: 'ordinal', choices: [0, ...kept], weights: [gone, ...kept.map(() => each)] };
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

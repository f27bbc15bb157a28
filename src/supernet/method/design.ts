import { parameterCount } from '../model/closed-form.js';
import { countsHeads, type Encoder, fullSubnet, type Piece, subnetOf } from '../model/network.js';
import { leastHarmfulFirst, type RankedUnits } from './ranking.js';

export interface DesignOptions {
  readonly name: string;
  /** Shares of every MLP's hidden channels that a subnet may take. */
  readonly widths: readonly number[];
  /** Shares of every attention's heads; whole heads alone are no choice. */
  readonly heads: readonly number[];
  /** Units whose drop is at most this may be removed. */
  readonly maxDrop: number;
  /** In place of `maxDrop`: as many of the least harmful units may be removed, whatever their drop. */
  readonly maxRemovable?: number;
  /** Removal probability of units that do no harm. */
  readonly maxProbability: number;
  /** `softmin`: the probability falls with the drop; `constant`: the same for all that may go, as the SuperSAM authors have it. */
  readonly probabilities: RemovalProbabilities;
}

export const removalProbabilities = ['softmin', 'constant'] as const;
export type RemovalProbabilities = (typeof removalProbabilities)[number];

export const DESIGN_DEFAULTS = {
  widths: [0.25, 0.5, 0.75, 1],
  heads: [1],
  maxDrop: 0.08,
  maxProbability: 0.5,
  probabilities: 'softmin',
} as const;

/**
 * `weights` are the prior probabilities of the choices, for a boolean in the order false, true. `when` names the gate that must be
 * open for the parameter to matter.
 */
export type DesignedParameter =
  | { readonly name: string; readonly type: 'boolean'; readonly weights: readonly number[] }
  | {
      readonly name: string;
      readonly type: 'ordinal';
      readonly choices: readonly number[];
      readonly weights: readonly number[];
      readonly when?: string;
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

/**
 * A search space from the drops of removable units: what may be removed and how often (a softmin over the drops, at most
 * `maxProbability`; a part the network is better off without counts as harmless, lest one lucky drop makes all others
 * rare; or `maxProbability` for all), and the widths of every elastic layer, equally likely when it is kept. The stem
 * has no choices, since training leaves it as it is. A layer whose branches may all go one by one needs no gate.
 */
export function designSpace(encoder: Encoder, ranking: RankedUnits, options: DesignOptions): Design {
  const pieces = encoder.pieces.slice(encoder.stemLength);
  const known = new Set(pieces.flatMap(({ gate, width }) => [gate, width]));
  const ordered = leastHarmfulFirst(ranking).filter(({ parameter }) => known.has(parameter));
  const harmless =
    options.maxRemovable === undefined
      ? ordered.filter(({ drop }) => drop <= options.maxDrop)
      : ordered.slice(0, options.maxRemovable);
  const falling = options.probabilities === 'softmin';
  const ranked = new Set(harmless.map(({ parameter }) => parameter));
  const removable = harmless
    .filter(({ parameter }) => !isCovered(pieces, parameter, ranked))
    .map(({ parameter, drop }) => ({
      parameter,
      drop,
      probability: rounded(options.maxProbability * (falling ? Math.exp(-Math.max(0, drop) / TEMPERATURE) : 1)),
    }));
  const probabilities = new Map(removable.map(({ parameter, probability }) => [parameter, probability]));
  const parameters = new Map<string, DesignedParameter>();
  for (const piece of pieces) {
    const { gate, width } = piece;
    const gone = gate === undefined ? undefined : probabilities.get(gate);
    if (gate !== undefined && gone !== undefined) {
      parameters.set(gate, { name: gate, type: 'boolean', weights: [gone, rounded(1 - gone)] });
    }
    if (width === undefined) continue;
    const { choices, weights } = widthChoices(piece, options, probabilities.get(width));
    if (choices.length < 2) continue;
    const when = gate !== undefined && gone !== undefined ? { when: gate } : {};
    parameters.set(width, { name: width, type: 'ordinal', choices, weights, ...when });
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
    size: sizeOf(space.parameters),
    encoderParameters: {
      smallest: parameterCount(encoder, subnetOf(encoder, smallest)),
      largest: parameterCount(encoder, fullSubnet(encoder)),
    },
  };
}

/** The search-space file of a design, one parameter a line. */
export const spaceText = ({ space }: Pick<Design, 'space'>): string =>
  `{\n  "name": ${JSON.stringify(space.name)},\n  "parameters": [\n${space.parameters
    .map((parameter) => `    ${JSON.stringify(parameter).replaceAll(',', ', ').replaceAll('":', '": ')}`)
    .join(',\n')}\n  ]\n}\n`;

/** Whether a gate closes nothing that cannot be removed branch by branch. */
function isCovered(pieces: readonly Piece[], gate: string, removable: ReadonlySet<string>): boolean {
  const closed = pieces.filter((piece) => piece.gate === gate);
  return closed.length > 0 && closed.every(({ width }) => width !== undefined && removable.has(width));
}

function widthChoices(
  piece: Piece,
  { widths, heads }: DesignOptions,
  gone: number | undefined,
): { choices: number[]; weights: number[] } {
  const { full } = piece;
  const multiple = countsHeads(piece) ? 1 : WIDTH_MULTIPLE;
  const sizes = (countsHeads(piece) ? heads : widths).map((share) =>
    Math.min(full, Math.max(multiple, multiple * Math.round((share * full) / multiple))),
  );
  const kept = [...new Set(sizes)].sort((a, b) => a - b);
  const each = rounded((1 - (gone ?? 0)) / kept.length);
  const weights = kept.map(() => each);
  return gone === undefined ? { choices: kept, weights } : { choices: [0, ...kept], weights: [gone, ...weights] };
}

/** A closed gate leaves one configuration of what is behind it. */
function sizeOf(parameters: readonly DesignedParameter[]): bigint {
  const choices = (list: readonly DesignedParameter[]): bigint =>
    list.reduce((product, each) => product * BigInt(each.type === 'boolean' ? 2 : each.choices.length), 1n);
  const behind = (gate: string) => parameters.filter((each) => each.type === 'ordinal' && each.when === gate);
  return parameters.reduce((product, each) => {
    if (each.type === 'boolean') return product * (1n + choices(behind(each.name)));
    return each.when === undefined ? product * choices([each]) : product;
  }, 1n);
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** What the space offers, for people. */
export function designLines({ space, removable, size, encoderParameters: { smallest, largest } }: Design): string[] {
  const label = Math.max(0, ...space.parameters.map(({ name }) => name.length));
  const count = (value: number) => value.toLocaleString('en-US');
  return [
    'may be removed, with probability (drop of mean IoU)',
    ...removable.map(
      ({ parameter, drop, probability }) =>
        `  ${parameter.padEnd(label)}  ${probability.toFixed(2)}  (${drop.toFixed(4)})`,
    ),
    'widths',
    ...space.parameters.flatMap((each) =>
      each.type === 'ordinal' ? [`  ${each.name.padEnd(label)}  ${each.choices.join(' ')}`] : [],
    ),
    `${size.toLocaleString('en-US')} subnets`,
    `${count(smallest)} to ${count(largest)} encoder parameters, up to ${(100 * (1 - smallest / largest)).toFixed(1)} % fewer`,
  ];
}

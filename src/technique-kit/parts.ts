import type { Json } from '../base/json.js';
import type { Configuration } from '../core/space.js';
import type { Context, Technique } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';

/** What a part offered: an empty list and no `asked` when none of them offers anything now. */
export interface PartsAnswer {
  readonly proposals: Configuration[];
  readonly states: Json[];
  readonly asked: number | null;
}

/** The parts of a technique of techniques; their states are a list in the same order. */
export interface TechniqueParts {
  init(context: Context): Json[];
  /** All parts, the one whose turn it is first. */
  inTurn(turn: number): number[];
  /** Asks the parts in this order until one offers something. */
  ask(states: readonly Json[], order: Iterable<number>, count: number, context: Context): PartsAnswer;
  /** Tells all parts of every trial; each knows its own by its own name. */
  tell(states: readonly Json[], trials: readonly FinishedTrial[], context: Context): Json[];
  /** The part that proposed a trial; undefined when it was none of them. */
  authorOf(trial: FinishedTrial): number | undefined;
  /** The name under which a part's latest proposals are stored. */
  proposer(states: readonly Json[], part: number): string;
}

export function createParts(parts: readonly Technique[]): TechniqueParts {
  const inner = ({ technique }: FinishedTrial) => technique.slice(technique.indexOf('/') + 1);
  return {
    init: (context) => parts.map((part) => part.init(context)),
    inTurn: (turn) => parts.map((_, i) => (turn + i) % parts.length),
    ask(states, order, count, context) {
      const next = [...states];
      for (const index of order) {
        const [proposals, state] = (parts[index] as Technique).ask(next[index] as Json, count, context);
        next[index] = state;
        if (proposals.length > 0) return { proposals, states: next, asked: index };
      }
      return { proposals: [], states: next, asked: null };
    },
    tell(states, trials, context) {
      const heard = trials.map((trial) => ({ ...trial, technique: inner(trial) }));
      return parts.map((part, index) => part.tell(states[index] as Json, heard, context));
    },
    authorOf(trial) {
      if (!trial.technique.includes('/')) return undefined;
      const name = inner(trial);
      const index = parts.findIndex((part) => name === part.name || name.startsWith(`${part.name}/`));
      return index < 0 ? undefined : index;
    },
    proposer(states, index) {
      const part = parts[index] as Technique;
      const own = part.proposer?.(states[index] as Json);
      return own === undefined ? part.name : `${part.name}/${own}`;
    },
  };
}

import type { Json } from '../base/json.js';
import type { Context, Technique } from '../core/technique.js';
import { PluginError } from '../errors.js';

/**
 * The same technique under watch: all it is given is frozen through and through, and what it returns is checked.
 *
 * @throws PluginError PLUGIN_CONTRACT when a state does not survive JSON, or proposals are illegal or too many.
 */
export function strictTechnique(technique: Technique): Technique {
  const { name, proposer } = technique;
  return {
    name,
    init: (context) => asJson(name, technique.init(guard(context))),
    ask(state, count, context) {
      const [proposals, next] = technique.ask(freeze(state), count, guard(context));
      if (proposals.length > count) throw broken(name, `proposed ${proposals.length} when asked for ${count}`);
      for (const proposal of proposals) {
        if (!context.space.isLegal(proposal)) throw broken(name, `proposed an illegal ${JSON.stringify(proposal)}`);
      }
      return [proposals, asJson(name, next)];
    },
    tell: (state, trials, context) => asJson(name, technique.tell(freeze(state), freeze(trials), guard(context))),
    ...(proposer === undefined ? {} : { proposer: (state: Json) => proposer(freeze(state)) }),
  };
}

const guard = (context: Context): Context => ({ ...context, trials: freeze([...context.trials]) });

function asJson(name: string, state: Json): Json {
  const copy = JSON.parse(JSON.stringify(state)) as Json;
  if (!same(copy, state)) throw broken(name, 'has a state that JSON changes');
  return freeze(state);
}

const broken = (name: string, what: string) =>
  new PluginError('PLUGIN_CONTRACT', `technique ${name} ${what}`, {
    remedy: 'techniques/README.md says what a technique must hold',
  });

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}

/** Deep equality that sees NaN, undefined and class instances, all of which JSON drops. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Object.keys(a);
  const read = (object: object, key: string) => (object as { [key: string]: unknown })[key];
  return keys.length === Object.keys(b).length && keys.every((key) => same(read(a, key), read(b, key)));
}

import { createGrowingMemo } from '../base/growing-list.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { Context } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';
import { startDraw } from './starts.js';

/** Asked configurations that are never told (those turned away as repeats) are forgotten beyond this many. */
const REMEMBERED = 64;
/** Draws before the first model keep away from so many of the latest trials. */
const KEPT_APART = 100;

/** Configurations a technique proposed and was not told of yet, oldest first. */
export type Asked = readonly Configuration[];

/**
 * Proposes `count` configurations one after the other, each knowing those before it: spread over what can be
 * measured of the space until `startup` trials are complete or being measured (or twice as many told, where many cannot be
 * measured), by `first` as long as there are some of them, then by `propose`, whose `isTaken` tells what not to propose again.
 */
export function askModel(
  context: Context,
  asked: Asked,
  {
    count,
    startup,
    first = [],
  }: { readonly count: number; readonly startup: number; readonly first?: readonly Configuration[] },
  propose: (asked: Asked, isTaken: (key: string) => boolean) => Configuration | undefined,
): { proposals: Configuration[]; asked: Configuration[] } {
  const { space, trials } = context;
  const proposals: Configuration[] = [];
  const measured = trials.filter(({ values }) => values !== null).length;
  let open = asked;
  while (proposals.length < count) {
    const isReady = measured + open.length >= startup || trials.length + open.length >= 2 * startup;
    const keys = isReady || first.length > 0 ? toldKeys(space, trials) : new Set<string>();
    const openKeys = takenKeys(space, open);
    const isTaken = (key: string) => keys.has(key) || openKeys.has(key);
    const proposal =
      (isReady ? propose(open, isTaken) : undefined) ??
      first.find((configuration) => !isTaken(space.key(configuration))) ??
      startDraw(
        context,
        [...trials.slice(-KEPT_APART).map(({ configuration }) => configuration), ...open].slice(-KEPT_APART),
      );
    proposals.push(proposal);
    open = [...open, proposal];
  }
  return { proposals, asked: open.slice(-REMEMBERED) };
}

/** Those asked that are not among the trials told. */
export function stillAsked(asked: Asked, trials: readonly FinishedTrial[], { space }: Context): Configuration[] {
  const told = new Set(trials.map(({ configuration }) => space.key(configuration)));
  return asked.filter((configuration) => !told.has(space.key(configuration)));
}

/** Keys of configurations that were made before: a memo of a pure function, so that long studies stay responsive. */
const memo = new WeakMap<SearchSpace, WeakMap<Configuration, string>>();

/** The key of a configuration that is looked at again and again. */
export function keyOf(space: SearchSpace, configuration: Configuration): string {
  const known = memo.get(space) ?? new WeakMap<Configuration, string>();
  memo.set(space, known);
  const key = known.get(configuration) ?? space.key(configuration);
  known.set(configuration, key);
  return key;
}

/** The keys of all trials told; to be read before more are told. */
export function toldKeys(space: SearchSpace, trials: readonly FinishedTrial[]): ReadonlySet<string> {
  const known =
    toldMemo.get(space) ??
    createGrowingMemo<FinishedTrial, Set<string>>(
      () => new Set(),
      (keys, { configuration }) => keys.add(keyOf(space, configuration)),
    );
  toldMemo.set(space, known);
  return known(trials);
}

const toldMemo = new WeakMap<SearchSpace, (trials: readonly FinishedTrial[]) => ReadonlySet<string>>();

/** The keys of all these configurations. */
export function takenKeys(space: SearchSpace, configurations: Iterable<Configuration>): Set<string> {
  const keys = new Set<string>();
  for (const configuration of configurations) keys.add(keyOf(space, configuration));
  return keys;
}

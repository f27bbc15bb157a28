import type { LongRunning } from '../base/progress.js';
import { inTurns } from '../base/turns.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import type { StudyDefinition, StudyHistory } from '../core/store.js';
import { SupersamError } from '../errors.js';
import { importedFrom } from '../interop/store-study.js';
import { createTechnique } from '../plugins/create-technique.js';
import { checkRecord, settingsText } from '../store/seal.js';
import { defineStudy, differencesOf, GENERATION, type Settings } from '../study/definition.js';
import { judgeAgain } from '../study/judge-again.js';
import { replay } from '../study/replay.js';
import { type Check, proven, unproven, verdict, wrong } from './check.js';
import { measureAgain } from './measure-again.js';
import { openTechniques } from './open-techniques.js';
import { verifyImported } from './verify-imported.js';

/** What of the problem is at hand. */
export interface AtHand {
  /** Undefined, with the reason, where neither the study nor the caller has it. */
  readonly space: SearchSpace | undefined;
  readonly oracle: Oracle | undefined;
  /** Over measured metrics, as the problem has them; undefined without an oracle. */
  readonly constraints: readonly string[] | undefined;
  readonly why: string;
  /** Complete trials to measure again. */
  readonly remeasure: number;
  /** The share of a value that measuring again may be off by. */
  readonly tolerance: number;
}

/** Proves what can be proven of a stored study, in order: what was written, what it depends on, the search, the values. */
export async function verifyStudy(history: StudyHistory, hand: AtHand, running: LongRunning): Promise<Check[]> {
  const { definition, finished } = history;
  const { space, oracle } = hand;
  const imported = importedFrom(history);
  const checks: Check[] = [recordCheck(history), settingsCheck(history, imported?.program)];
  if (imported !== undefined && space !== undefined) checks.push(...verifyImported(history, space, imported));
  else if (space === undefined) {
    for (const check of ['space', 'trials', 'search'] as const) checks.push(unproven(check, hand.why));
  } else {
    const analyze = oracle?.analyze?.bind(oracle);
    const now = await definitionNow(definition, space, hand);
    const { ofSpace, ofOracle } = split(differencesOf(withoutKeeper(definition), now));
    checks.push(
      verdict('space', `"${space.name}", hash ${space.hash.slice(0, 12)}`, ofSpace),
      oracle === undefined
        ? unproven('oracle', `${describeOracle(definition)}: not at hand; give --oracle and its options`)
        : verdict('oracle', describeOracle(definition), ofOracle),
    );
    if (definition.begun.generation !== GENERATION) {
      const why = `supersam ${definition.begun.version} began it; only that version proposes the same trials from seed ${definition.seed}`;
      for (const check of ['trials', 'search'] as const) checks.push(unproven(check, why));
    } else {
      const judged = judgeAgain(history, { space, analyze, parts: oracle?.parts });
      const what = `${finished.length} results follow from their metrics, the space and the trials before`;
      checks.push(judged.length === 0 ? proven('trials', what) : wrong('trials', judged));
      // Where the space is another one, the first trial of it says no more than that.
      checks.push(
        ofSpace.length > 0 ? unproven('search', 'the space is another') : await searchCheck(history, space, running),
      );
    }
  }
  checks.push(await valuesCheck(history, hand, running));
  return checks;
}

function recordCheck(history: StudyHistory): Check {
  const { finished, open } = history;
  const { faults, unsealed } = checkRecord(history);
  if (faults.length > 0) return wrong('record', faults);
  const sealed = `${finished.length - unsealed} finished trials are as they were stored, in their order, none missing`;
  if (unsealed === 0) return proven('record', `${sealed}${open.length > 0 ? `; ${open.length} are open` : ''}`);
  return unproven(
    'record',
    `${unsealed} of ${finished.length} finished trials carry no seal: an older release stored them`,
  );
}

function settingsCheck({ definition, sealed }: StudyHistory, program: string | undefined): Check {
  const { technique, seed, begun } = definition;
  const what =
    program === undefined
      ? `technique ${technique}, seed ${seed}, begun by supersam ${begun.version}`
      : `imported from ${program} by supersam ${begun.version}`;
  if (sealed === null) return unproven('settings', `${what}: no seal covers them`);
  if (settingsText(definition) === sealed) return proven('settings', what);
  const stored = JSON.parse(sealed) as Settings & Pick<StudyDefinition, 'begun'>;
  const { version, generation } = stored.begun;
  const isAnother = version !== begun.version || generation !== begun.generation;
  return verdict('settings', what, [
    ...differencesOf(stored, definition),
    ...(isAnother ? [`begun by ${version} (${generation}) is now ${begun.version} (${begun.generation})`] : []),
  ]);
}

/** The study as it would begin now; of what is not at hand as it is stored. */
async function definitionNow(
  definition: StudyDefinition,
  space: SearchSpace,
  { oracle, constraints = definition.constraints ?? [] }: AtHand,
): Promise<Settings> {
  const { name, technique: techniqueSpec, objectives, seed, race, prior } = definition;
  const now = await defineStudy({
    ...{ name, space, techniqueSpec, objectives, seed, constraints, race, prior },
    ...(oracle === undefined ? {} : { oracle }),
  });
  return oracle === undefined ? { ...now, oracle: definition.oracle } : now;
}

const KEEPER = 'kept by';

/** Without the mark that a comparison leaves in the fingerprint of its studies. */
function withoutKeeper({ oracle: { name, fingerprint }, ...rest }: StudyDefinition): Settings {
  const { [KEEPER]: _, ...own } = fingerprint;
  return { ...rest, oracle: { name, fingerprint: own } };
}

function split(lines: readonly string[]) {
  const isOfSpace = (line: string) => /^(space|constraints)\b/.test(line);
  return { ofSpace: lines.filter(isOfSpace), ofOracle: lines.filter((line) => !isOfSpace(line)) };
}

const describeOracle = ({ oracle: { name, fingerprint } }: StudyDefinition) => {
  const facts = Object.entries(fingerprint).map(([key, value]) => `${key} ${short(JSON.stringify(value))}`);
  return [name, ...facts].join(', ');
};

const short = (text: string) => (text.length > 20 ? `${text.slice(0, 13)}…` : text);

async function searchCheck(history: StudyHistory, space: SearchSpace, { onProgress }: LongRunning): Promise<Check> {
  const { definition } = history;
  let technique: ReturnType<typeof createTechnique>;
  try {
    technique = createTechnique(definition.technique, await openTechniques());
  } catch (error) {
    if (!(error instanceof SupersamError)) throw error;
    return unproven('search', error.message);
  }
  try {
    const { asks, tells, fault, isOrderGuessed } = await inTurns(replay(history, { space, technique, onProgress }));
    const made = `${asks} asks and ${tells} tells`;
    if (fault === undefined)
      return proven('search', `${made} replayed from seed ${definition.seed}, every trial the same`);
    const where = fault.trial === null ? '' : ` up to trial ${fault.trial}`;
    if (!isOrderGuessed) return { ...wrong('search', [fault]), what: `${made} replayed${where}` };
    const why = 'an older release kept no order of asks and tells, and it is not that of one worker';
    return unproven('search', `${made} replayed${where}; ${why}, or a trial was changed`);
  } catch (error) {
    // What a changed file makes of a technique is no fault of the program.
    const message = error instanceof Error ? error.message : String(error);
    return wrong('search', [{ trial: null, what: `the technique cannot work with what is stored: ${message}` }]);
  }
}

async function valuesCheck(history: StudyHistory, hand: AtHand, running: LongRunning): Promise<Check> {
  const { finished } = history;
  const complete = finished.filter(({ metrics, state }) => metrics !== null && state !== 'pruned');
  const { oracle, remeasure } = hand;
  if (oracle === undefined || remeasure === 0 || complete.length === 0) {
    const how = oracle === undefined ? 'give --oracle and --remeasure' : 'give --remeasure';
    return unproven('values', `${complete.length} measured trials: none measured again (${how})`);
  }
  const { numbers, faults, largest } = await measureAgain(
    complete,
    { ...hand, oracle, seed: history.definition.seed },
    running,
  );
  if (faults.length > 0) return { ...wrong('values', faults), what: `measured again: trials ${numbers.join(', ')}` };
  const off = largest === 0 ? 'equal to the last digit' : `off by at most ${Number((100 * largest).toPrecision(2))} %`;
  const list = numbers.length > 20 ? `${numbers.length} trials` : `trials ${numbers.join(', ')}`;
  return proven('values', `${numbers.length} of ${complete.length} measured again, ${off}: ${list}`);
}

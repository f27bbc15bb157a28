import type { Store, StoredStudy, StudyDefinition, StudyLog, TechniqueSnapshot } from '../core/store.js';
import type { FinishedTrial, OpenTrial } from '../core/trial.js';
import { StudyError } from '../errors.js';

interface Held {
  readonly definition: StudyDefinition;
  readonly finished: FinishedTrial[];
  readonly open: Map<number, OpenTrial>;
  readonly running: Set<number>;
  readonly seconds: Map<number, number>;
  /** As JSON, like on disk: a state that does not survive that shows here, too. */
  snapshot: string | null;
  /** The log that may write. */
  writer: symbol | null;
}

/** A store that lives as long as the process: the twin of the SQLite one, for tests and throw-away studies. */
export function createMemoryStore(): Store {
  const studies = new Map<string, Held>();
  const close = () => {
    for (const held of studies.values()) giveBack(held);
  };
  return {
    names: () => [...studies.keys()].sort(),
    read: (name) => {
      const held = studies.get(name);
      return held === undefined ? undefined : readOut(held);
    },
    claim(definition, _environment, { takeOver = false, isIsolated = false } = {}) {
      const stored = studies.get(definition.name);
      if (stored !== undefined && stored.writer !== null && !takeOver) {
        throw new StudyError('STUDY_BUSY', `study "${definition.name}" is being written to`, {
          remedy: 'wait for it to end, or give the new study another name',
        });
      }
      const held = stored ?? {
        ...{ definition, finished: [], open: new Map(), running: new Set(), seconds: new Map() },
        ...{ snapshot: null, writer: null },
      };
      studies.set(definition.name, held);
      // As after a crash: what was running keeps the attempt, if it may have been its fault.
      if (isIsolated) giveBack(held);
      held.running.clear();
      return logOf(held, stored === undefined);
    },
    close,
    [Symbol.dispose]: close,
  };
}

const openOf = ({ open }: Held) => [...open.values()].sort((a, b) => a.number - b.number);

const readOut = (held: Held): StoredStudy => ({
  definition: held.definition,
  finished: [...held.finished],
  open: openOf(held),
  seconds: new Map(held.seconds),
});

function count(held: Held, number: number, change: 1 | -1): void {
  const trial = held.open.get(number);
  if (trial === undefined) return;
  const { attempts = 0, ...rest } = trial;
  held.open.set(number, attempts + change === 0 ? rest : { ...rest, attempts: attempts + change });
}

function start(held: Held, number: number): void {
  held.running.add(number);
  count(held, number, 1);
}

function giveBack(held: Held): void {
  for (const number of held.running) count(held, number, -1);
  held.running.clear();
  held.writer = null;
}

function logOf(held: Held, isNew: boolean): StudyLog {
  const writer = Symbol(held.definition.name);
  held.writer = writer;
  const write = (work: () => void) => {
    if (held.writer !== writer) {
      throw new StudyError('STUDY_TAKEN', `study "${held.definition.name}" is claimed by another writer`, {
        remedy: 'let that one go on; everything this one stored is kept',
      });
    }
    work();
  };
  return {
    definition: held.definition,
    isNew,
    snapshot: () => (held.snapshot === null ? null : (JSON.parse(held.snapshot) as TechniqueSnapshot)),
    finished: () => [...held.finished],
    open: () => openOf(held),
    // Nobody else can reach it.
    enqueued: () => [],
    begin: (finished, open, seconds) =>
      write(() => {
        held.finished.push(...finished);
        for (const trial of open) held.open.set(trial.number, trial);
        for (const [number, spent] of seconds ?? []) held.seconds.set(number, spent);
      }),
    propose: (trials, snapshot, { isStarted = false } = {}) =>
      write(() => {
        for (const trial of trials) {
          held.open.set(trial.number, trial);
          if (isStarted) start(held, trial.number);
        }
        held.snapshot = JSON.stringify(snapshot);
      }),
    start: (number) => write(() => start(held, number)),
    finish: (trial, seconds, snapshot) =>
      write(() => {
        held.snapshot = JSON.stringify(snapshot);
        held.open.delete(trial.number);
        held.running.delete(trial.number);
        held.finished.push(trial);
        held.seconds.set(trial.number, seconds);
      }),
    event: () => write(() => {}),
    showFleet: () => write(() => {}),
    release: () => {
      if (held.writer === writer) giveBack(held);
    },
  };
}

import type { OpenTrial, Store, StoredStudy, StudyDefinition, StudyLog, TechniqueSnapshot } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import { StudyError } from '../errors.js';

interface Held {
  readonly definition: StudyDefinition;
  readonly finished: FinishedTrial[];
  readonly open: Map<number, OpenTrial>;
  readonly seconds: Map<number, number>;
  /** As JSON, like on disk: a state that does not survive that shows here, too. */
  snapshot: string | null;
  claimed: boolean;
}

/** A store that lives as long as the process: the twin of the SQLite one, for tests and throw-away studies. */
export function createMemoryStore(): Store {
  const studies = new Map<string, Held>();
  return {
    names: () => [...studies.keys()].sort(),
    read: (name) => {
      const held = studies.get(name);
      return held === undefined ? undefined : readOut(held);
    },
    claim(definition) {
      const stored = studies.get(definition.name);
      if (stored?.claimed === true) {
        throw new StudyError('STUDY_BUSY', `study "${definition.name}" is being written to`, {
          remedy: 'wait for it to end, or give the new study another name',
        });
      }
      const held = stored ?? {
        definition,
        finished: [],
        open: new Map(),
        seconds: new Map(),
        snapshot: null,
        claimed: true,
      };
      held.claimed = true;
      studies.set(definition.name, held);
      return logOf(held, stored === undefined);
    },
    close: () => {
      for (const held of studies.values()) held.claimed = false;
    },
  };
}

const readOut = (held: Held): StoredStudy => ({
  definition: held.definition,
  finished: [...held.finished],
  open: [...held.open.values()],
  seconds: new Map(held.seconds),
});

function logOf(held: Held, isNew: boolean): StudyLog {
  return {
    definition: held.definition,
    isNew,
    snapshot: () => (held.snapshot === null ? null : (JSON.parse(held.snapshot) as TechniqueSnapshot)),
    finished: () => [...held.finished],
    open: () => [...held.open.values()].sort((a, b) => a.number - b.number),
    begin(finished, open, seconds) {
      held.finished.push(...finished);
      for (const trial of open) held.open.set(trial.number, trial);
      for (const [number, spent] of seconds ?? []) held.seconds.set(number, spent);
    },
    propose(trials, snapshot) {
      for (const trial of trials) held.open.set(trial.number, trial);
      held.snapshot = JSON.stringify(snapshot);
    },
    start: () => {},
    finish(trial, seconds, snapshot) {
      held.open.delete(trial.number);
      held.finished.push(trial);
      held.seconds.set(trial.number, seconds);
      held.snapshot = JSON.stringify(snapshot);
    },
    event: () => {},
    release: () => {
      held.claimed = false;
    },
  };
}

import type { Store, StudyLog } from '../core/store.js';

/** A store whose process dies at its `crash`-th write (0-based), before anything of it is stored. */
export function crashingStore(store: Store, crash: number): Store {
  let writes = 0;
  const step = () => {
    if (writes++ >= crash) throw new Error('power cut');
  };
  const dying = (log: StudyLog): StudyLog => ({
    ...log,
    begin(...args) {
      step();
      log.begin(...args);
    },
    propose(...args) {
      step();
      log.propose(...args);
    },
    start(...args) {
      step();
      log.start(...args);
    },
    finish(...args) {
      step();
      log.finish(...args);
    },
    // A power cut is not the trial's fault, however often it comes.
    open: () => log.open().map(({ attempts: _, ...trial }) => trial),
    // A dead process gives nothing back.
    release: () => {},
  });
  return { ...store, claim: (...args) => dying(store.claim(...args)) };
}

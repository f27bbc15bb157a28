import { describe, expect, it } from 'vitest';
import type { Store, StudyDefinition } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';

const definition = (name: string): StudyDefinition => ({
  name,
  space: { name: 'line', hash: 'h', parameters: { x: 'integer of 9' } },
  oracle: { name: 'o', fingerprint: { file: 'abc' } },
  technique: 'random',
  objectives: [{ metric: 'error', direction: 'min' }],
  seed: 1,
  begun: { version: '0.0.1', generation: 7 },
});
const open = (number: number) => ({ number, technique: 'random', configuration: { x: number } });
const complete = (number: number): FinishedTrial => ({
  ...open(number),
  state: 'complete',
  values: [number / 3],
  metrics: { error: number / 3, extra: 1e-300 },
  improvement: 0.1,
});
/** As where configurations race. */
const pruned = (number: number): FinishedTrial => ({
  ...open(number),
  state: 'pruned',
  values: null,
  metrics: { error: 1 / 3 },
  parts: { order: [3, 0], values: { error: [1 / 3, 1e-300] }, rivals: [2], risk: 0.05 / 3 },
  improvement: 0,
});
const failed = (number: number): FinishedTrial => ({
  ...open(number),
  state: 'failed',
  values: null,
  metrics: null,
  failure: { kind: 'timeout', message: "it's late" },
  improvement: 0,
});

/** What every store must do; `createStore` gives an empty one. */
export function testStore(title: string, createStore: () => Store): void {
  describe(`store contract: ${title}`, () => {
    it('gives back what was stored, results in completion order', () => {
      const store = createStore();
      const log = store.claim(definition('a'), {});
      expect(log.isNew).toBe(true);
      expect(log.snapshot()).toBeNull();
      log.propose([open(0), open(1), open(2), open(3)], { asked: 1, step: 1, state: [1, { deep: null }] });
      for (const number of [0, 1, 2]) log.start(number);
      log.finish(complete(2), 0.5, { step: 2, state: 'later' });
      log.finish(failed(0), 0.5, { step: 3, state: ['last'] });
      log.release();

      const again = store.claim(definition('a'), {});
      expect(again.isNew).toBe(false);
      expect(again.definition).toEqual(definition('a'));
      expect(again.snapshot()).toEqual({ step: 3, state: ['last'] });
      expect(again.finished()).toEqual([complete(2), failed(0)]);
      expect(again.open()).toEqual([open(1), open(3)]);
      expect(store.read('a')).toEqual({
        definition: definition('a'),
        finished: [complete(2), failed(0)],
        open: [open(1), open(3)],
        seconds: new Map([
          [0, 0.5],
          [2, 0.5],
        ]),
      });
      store.close();
    });

    it('keeps what was seen of a trial whose race was lost, the risk, and what the study expects', () => {
      const store = createStore();
      const prior = [{ configuration: { x: 1 }, values: [1 / 3] }];
      const log = store.claim({ ...definition('a'), race: 0.05, prior }, {});
      log.propose([open(0)], { asked: 1, step: 1, state: null });
      log.finish(pruned(0), 0.5, { step: 2, state: null });
      log.release();
      const stored = store.read('a');
      expect(stored?.definition).toMatchObject({ race: 0.05, prior });
      expect(stored?.finished).toEqual([pruned(0)]);
      store.close();
    });

    it('begins a study with trials that have no state, and goes on after them', () => {
      const store = createStore();
      const log = store.claim({ ...definition('a'), constraints: ['extra <= 3'] }, {});
      const broken: FinishedTrial = { ...complete(1), state: 'infeasible', values: null, improvement: 0 };
      log.begin([complete(0), broken], [open(2)], new Map([[0, 1.5]]));
      expect(log.snapshot()).toBeNull();
      log.finish(failed(2), 0.25, { step: 4, state: null });
      log.release();
      const stored = store.read('a');
      expect(stored?.definition.constraints).toEqual(['extra <= 3']);
      expect(stored?.finished).toEqual([complete(0), broken, failed(2)]);
      expect(stored?.open).toEqual([]);
      expect([...(stored?.seconds ?? [])].sort()).toEqual([
        [0, 1.5],
        [2, 0.25],
      ]);
      store.close();
    });

    it('keeps studies apart', () => {
      const store = createStore();
      const [a, b] = [store.claim(definition('a'), {}), store.claim(definition('b'), {})];
      a.propose([open(0)], { asked: 1, step: 1, state: 'of a' });
      b.propose([open(0), open(1)], { asked: 1, step: 2, state: 'of b' });
      expect([a.open().length, b.open().length]).toEqual([1, 2]);
      expect([a.snapshot()?.state, b.snapshot()?.state]).toEqual(['of a', 'of b']);
      expect(store.names()).toEqual(['a', 'b']);
      expect(store.read('c')).toBeUndefined();
      store.close();
    });

    it('lets one writer in at a time', () => {
      const store = createStore();
      const log = store.claim(definition('a'), {});
      expect(() => store.claim(definition('a'), {})).toThrow(/being written to/);
      log.release();
      store.claim(definition('a'), {}).release();
      store.close();
    });

    it('counts the attempts that ended with their writer, and not those that were given back', () => {
      const store = createStore();
      const attempts = () => store.read('a')?.open.map((trial) => trial.attempts ?? 0);
      store.claim(definition('a'), {}).propose([open(0), open(1)], { asked: 1, step: 1, state: null });
      for (let lost = 1; lost <= 2; lost++) {
        // The one before never comes back.
        const log = store.claim(definition('a'), {}, { takeOver: true });
        log.start(0);
        expect(attempts()).toEqual([lost, 0]);
      }
      const log = store.claim(definition('a'), {}, { takeOver: true });
      log.start(0);
      log.start(1);
      expect(log.open().map((trial) => trial.attempts)).toEqual([3, 1]);
      log.release();
      expect(attempts()).toEqual([2, 0]);
      store.close();
    });

    it('begins what is given out as it is proposed, as if each were started', () => {
      const store = createStore();
      const log = store.claim(definition('a'), {});
      log.propose([open(0), open(1)], { asked: 2, step: 1, state: 'asked' }, { isStarted: true });
      expect(log.open()).toEqual([
        { ...open(0), attempts: 1 },
        { ...open(1), attempts: 1 },
      ]);
      log.finish(complete(0), 0.5, { step: 2, state: 'told' });
      log.release();
      const again = store.claim(definition('a'), {});
      expect(again.open()).toEqual([open(1)]);
      expect(again.snapshot()).toEqual({ step: 2, state: 'told' });
      store.close();
    });

    it('does not count the end of a writer whose trials are measured elsewhere', () => {
      const store = createStore();
      const isolated = { takeOver: true, isIsolated: true };
      store.claim(definition('a'), {}).propose([open(0), open(1)], { step: 1, state: null, asked: 2 });
      store.claim(definition('a'), {}, isolated).start(0);
      // Lost once, begun again.
      const log = store.claim(definition('a'), {}, isolated);
      log.start(0);
      log.start(0);
      expect(store.claim(definition('a'), {}, isolated).open()).toEqual([{ ...open(0), attempts: 1 }, open(1)]);
      store.close();
    });

    it('lets a writer take over by name and refuses the one before', () => {
      const store = createStore();
      const before = store.claim(definition('a'), {});
      const log = store.claim(definition('a'), {}, { takeOver: true });
      expect(() => before.propose([open(0)], { asked: 1, step: 1, state: null })).toThrow(
        expect.objectContaining({ code: 'STUDY_TAKEN' }),
      );
      before.release();
      log.propose([open(0)], { asked: 1, step: 1, state: null });
      expect(() => store.claim(definition('a'), {})).toThrow(/being written to/);
      store.close();
    });
  });
}

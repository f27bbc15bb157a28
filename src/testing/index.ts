export { choiceSpace } from './choice-space.js';
export { crashingStore } from './crashing-store.js';
export { type GoldenTrace, goldenTrace } from './golden-trace.js';
export { mixedProblem } from './problems.js';
export { runOutOfOrder } from './run-out-of-order.js';
export { strictTechnique } from './strict-technique.js';
export { testStore } from './test-store.js';
export { type TechniqueContract, testTechnique } from './test-technique.js';
export { withForeignTrials } from './with-foreign-trials.js';

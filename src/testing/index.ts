export { choiceSpace } from './choice-space.js';
export { crashingStore } from './crashing-store.js';
export { strictTechnique } from './strict-technique.js';
export { testStore } from './test-store.js';
export { testTechnique } from './test-technique.js';

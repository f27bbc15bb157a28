/** By test/bench/training-step.mjs on two cores; docs/training.md has the numbers. */
export const NATIVE_HINT =
  '`npx supersam backend install` builds native TensorFlow: 1.8 times as fast at 448 pixels, as fast as wasm at 224 (measured on two cores)';

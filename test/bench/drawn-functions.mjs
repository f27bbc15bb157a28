// Functions of real numbers whose answer lies at a drawn place: every seed has a place of its own.
import { compileSpace, createRng } from 'supersam';
import { loadTypescript } from './load-typescript.mjs';

const { functionNames, formulaOf, leastAt, rangeOf } = (
  await loadTypescript(new URL('../problems/functions.ts', import.meta.url))
).exports;
const { classics } = (await loadTypescript(new URL('../problems/classics.ts', import.meta.url))).exports;

/** Of every function the usual range of its axes, where it is least on each axis, and its value above the least. */
const FUNCTIONS = {
  ...Object.fromEntries(
    functionNames.map((name) => [name, { range: rangeOf(name), best: leastAt(name), value: formulaOf(name) }]),
  ),
  hartmann: hartmann(classics.find(({ name }) => name === 'hartmann-6')),
};

function hartmann({ minima, front, evaluate }) {
  const value = (x) => evaluate(Object.fromEntries(x.map((own, i) => [`x${i + 1}`, own]))).value - front()[0][0];
  return { range: [0, 1], best: minima[0], value };
}

/** Moves the answer to a place of the middle four fifths of each axis, drawn for each seed, and turns about half of the axes. */
export function problemOf(name, dimension, place, seed) {
  const { range, best, value } = FUNCTIONS[name];
  const rng = createRng('place', name, dimension, seed);
  const [low, high] = range;
  const axes = Array.from({ length: dimension }, (_, i) => {
    const least = Array.isArray(best) ? best[i] : best;
    if (place === 'middle') return (x) => x;
    const at = low + (0.1 + 0.8 * rng.float()) * (high - low);
    const sign = rng.float() < 0.5 ? -1 : 1;
    return (x) => least + sign * (x - at);
  });
  return {
    space: compileSpace({
      name,
      parameters: axes.map((_, i) => ({ name: `x${i + 1}`, type: 'float', min: low, max: high })),
    }),
    measure: (configuration) => value(axes.map((axis, i) => axis(configuration[`x${i + 1}`]))),
  };
}

export { type Classic, classics } from './classics.js';
export { conditional } from './conditional.js';
export { type DtlzName, dtlz } from './dtlz.js';
export { type FunctionName, testFunction } from './functions.js';
export { knapsack, knapsack15, knapsack24 } from './knapsack.js';
export { type MwName, mw } from './mw.js';
export { oracleOf, type Problem } from './problem.js';
export { burma14, tsp } from './tsp.js';
export { type ZdtName, zdt } from './zdt.js';

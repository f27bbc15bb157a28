/**
 * What `--technique default`, or none, stands for: a model has the first trials, which are worth most when chosen with
 * care, then competes with mutation of the best. Chosen by measurement: docs/benchmarks/default-technique.md.
 */
export const DEFAULT_TECHNIQUE = 'bandit:arms=gaussian-process+greedy-mutation,lead=50';

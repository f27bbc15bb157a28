/** What `--technique default`, or none, stands for. */
export const DEFAULT_TECHNIQUE = 'bandit';

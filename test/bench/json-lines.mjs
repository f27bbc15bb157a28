import { existsSync, readFileSync } from 'node:fs';

/** What a benchmark has written so far, a line of JSON a study; nothing where the file is not there yet. */
export const readJsonLines = (file) =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];

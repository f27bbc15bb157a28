import type { SearchSpace } from '../core/space.js';
import type { StudyHistory } from '../core/store.js';
import type { importedFrom } from '../interop/store-study.js';
import { judgeAgain } from '../study/judge-again.js';
import { type Check, proven, unproven, verdict, wrong } from './check.js';

/** What can be proven of a study that another program searched: that it is what was imported, and that it fits together. */
export function verifyImported(
  history: StudyHistory,
  space: SearchSpace,
  { program, sha256 }: NonNullable<ReturnType<typeof importedFrom>>,
): Check[] {
  const { definition, finished } = history;
  const [was, is] = [definition.space.hash, space.hash].map((hash) => hash.slice(0, 12));
  const judged = judgeAgain(history, { space });
  const file = sha256 === undefined ? 'a file' : `the file with SHA-256 ${sha256}`;
  return [
    verdict('space', `"${space.name}", hash ${is}`, was === is ? [] : [`space: hash ${was} is now ${is}`]),
    unproven('source', `it came from ${file} of ${program}; import that again and compare the trials`),
    judged.length > 0
      ? wrong('trials', judged)
      : proven('trials', `${finished.length} results follow from their metrics, the space and the trials before`),
    unproven('search', `${program} searched, not supersam: what it proposed cannot be proposed again here`),
  ];
}

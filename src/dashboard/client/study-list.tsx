import { useEffect, useRef } from 'preact/hooks';
import type { StudyEntry } from '../protocol.js';
import { titleOf } from './compare.js';
import { formatWhole } from './format.js';

interface Props {
  readonly entries: readonly StudyEntry[] | null;
  readonly current: string | null;
  readonly onOpen: (id: string) => void;
}

/** All studies of the files and folders that the server was given; those that run are marked. */
export function StudyList({ entries, current, onOpen }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const isHere = entries?.some(({ id }) => id === current) ?? false;
  // biome-ignore lint/correctness/useExhaustiveDependencies: of whatever is the current one
  useEffect(() => {
    if (isHere) list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [isHere, current]);
  return (
    <nav class="studies" aria-label="Studies">
      <h2>Studies</h2>
      <ul ref={list}>
        {entries?.map((entry) => {
          const { id, file, trials, writer } = entry;
          const finished = (trials['complete'] ?? 0) + (trials['infeasible'] ?? 0) + (trials['failed'] ?? 0);
          return (
            <li>
              <a
                href={`#study=${id}`}
                aria-current={id === current ? 'page' : undefined}
                onClick={(event) => {
                  event.preventDefault();
                  onOpen(id);
                }}
              >
                <span class="name">
                  {titleOf(entry)}
                  {writer !== null && (
                    <span class="beat" role="img" aria-label="running" title={`running: ${writer}`} />
                  )}
                </span>
                <span class="count">{formatWhole(finished)}</span>
                <span class="file">{file}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

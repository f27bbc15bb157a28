import { useEffect, useRef } from 'preact/hooks';
import type { StudyEntry } from '../protocol.js';
import { titleOf } from './compare.js';
import { formatWhole } from './format.js';
import { hrefOf, type Route } from './route.js';
import { finishedOf } from './use-studies.js';

interface Props {
  readonly entries: readonly StudyEntry[] | null;
  readonly route: Route;
}

/** All studies of the files and folders that the server was given; those that run are marked. */
export function StudyList({ entries, route }: Props) {
  const isPredict = route.view === 'predict';
  const current = isPredict ? null : route.study;
  const view = isPredict ? 'overview' : route.view;
  const list = useRef<HTMLUListElement>(null);
  const isHere = entries?.some(({ id }) => id === current) ?? false;
  // biome-ignore lint/correctness/useExhaustiveDependencies: of whatever is the current one
  useEffect(() => {
    if (isHere) list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [isHere, current, isPredict]);
  return (
    <nav class="studies" aria-label="Studies and models">
      <h2>Studies</h2>
      <ul ref={list}>
        {entries?.map((entry) => {
          const { id, file, writer } = entry;
          return (
            <li>
              <a href={hrefOf({ study: id, view, beside: [] })} aria-current={id === current ? 'page' : undefined}>
                <span class="name">
                  {titleOf(entry)}
                  {writer !== null && (
                    <span class="beat" role="img" aria-label="running" title={`running: ${writer}`} />
                  )}
                </span>
                <span class="count">{formatWhole(finishedOf(entry))}</span>
                <span class="file">{file}</span>
              </a>
            </li>
          );
        })}
        <li class="other">
          <a href={hrefOf({ study: null, view: 'predict', beside: [] })} aria-current={isPredict ? 'page' : undefined}>
            <span class="name">Predict</span>
            <span class="file">ask the models for masks</span>
          </a>
        </li>
      </ul>
    </nav>
  );
}

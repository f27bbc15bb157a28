import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { StudyEntry } from '../protocol.js';
import { piecesOf } from './block-map.js';
import { Compare, titleOf } from './compare.js';
import { Durations } from './durations.js';
import { Facts } from './facts.js';
import { Failures } from './failures.js';
import { type Filter, NO_FILTER } from './filter.js';
import { formatWhole } from './format.js';
import { FrontChart } from './front-chart.js';
import { History } from './history.js';
import { Importances } from './importances.js';
import { Inspector } from './inspector.js';
import { Parallel } from './parallel.js';
import { Predict } from './predict.js';
import { type Route, STUDY_VIEWS, type StudyView, useRoute } from './route.js';
import { Running } from './running.js';
import { Slices } from './slices.js';
import type { StudyData } from './study-data.js';
import { StudyList } from './study-list.js';
import { Tabs } from './tabs.js';
import { Techniques } from './techniques.js';
import { Trials } from './trials.js';
import { type Connection, type Studies, useStudies } from './use-studies.js';
import { ValidationMasks } from './validation-masks.js';

/** The page: the list of studies, and one study in its views. */
export function App() {
  const [route, go] = useRoute();
  const wanted = route.study === null ? [] : [route.study, ...(route.view === 'compare' ? route.beside : [])];
  const studies = useStudies(wanted);
  const isPredict = route.view === 'predict';
  const { entries, loaded, connection, error } = studies;

  // Without one in the address: the study that runs, else the last of the list.
  useEffect(() => {
    const isKnown = isPredict || (entries?.some(({ id }) => id === route.study) ?? true);
    if (entries === null || entries.length === 0 || isKnown) return;
    const first = entries.find(({ writer }) => writer !== null) ?? (entries[0] as StudyEntry);
    go({ study: first.id, beside: [] });
  }, [entries, route.study, isPredict, go]);

  const data = route.study === null ? undefined : loaded.get(route.study);
  return (
    <>
      <a class="skip" href="#main">
        To the study
      </a>
      <Header connection={connection} />
      <div class="columns">
        <StudyList entries={entries} route={route} />
        <main id="main" tabIndex={-1}>
          {error !== null && (
            <p class="error" role="alert">
              {error}
            </p>
          )}
          {isPredict && <Predict />}
          {!isPredict && data !== undefined && (
            <StudyPage key={data.head.id} data={data} studies={studies} route={route} go={go} />
          )}
          {!isPredict && data === undefined && error === null && <Waiting entries={entries} />}
        </main>
      </div>
    </>
  );
}

function Header({ connection }: { connection: Connection }) {
  const says = { connecting: 'connecting', live: 'live', lost: 'the server is gone; trying again' }[connection];
  return (
    <header class="top">
      <span class="mark">
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <path d="M2 17V12H7V8H12V4H18" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linejoin="round" />
          <circle cx="7" cy="8" r="2.3" />
          <circle cx="12" cy="4" r="2.3" />
        </svg>
        supersam
      </span>
      <span class={`connection ${connection}`} role="status">
        {says}
      </span>
    </header>
  );
}

function Waiting({ entries }: { entries: readonly StudyEntry[] | null }) {
  if (entries === null || entries.length > 0) return <p class="empty">Reading …</p>;
  return (
    <div class="nothing">
      <h1>No study yet</h1>
      <p>Studies show up here as soon as a search begins one:</p>
      <pre>
        supersam search --space S.json --oracle table:T.csv --objective error:min --trials 200 --study results/s.db
      </pre>
    </div>
  );
}

interface StudyPageProps {
  readonly data: StudyData;
  readonly studies: Studies;
  readonly route: Route;
  readonly go: (change: Partial<Route>) => void;
}

const TITLES: { readonly [view in StudyView]: string } = {
  overview: 'Overview',
  parameters: 'Parameters',
  trials: 'Trials',
  compare: 'Compare',
};

function StudyPage({ data, studies: { entries, loaded, version }, route, go }: StudyPageProps) {
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const [chosen, setChosen] = useState<number | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const [until, setUntil] = useState<number | null>(null);
  const pieces = useMemo(() => piecesOf(data), [data]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data is one object that grows; its version says so
  const front = useMemo(() => data.front(until ?? undefined), [data, data.version, until]);
  // Until somebody chooses, the page follows what joined the front last.
  const shown = hovered ?? chosen ?? data.joins.findLast((index) => index < (until ?? Infinity)) ?? null;
  const choose = useCallback((index: number) => setChosen(index), []);
  const common = { data, version: data.version, filter };
  return (
    <article class="study">
      <header class="title">
        <h1>{titleOf(data.head)}</h1>
        <p class="quiet">
          {data.head.technique.replace(/:.*/, '')} on {data.head.space}, measured by {data.head.oracle}, seed{' '}
          {data.head.seed}
        </p>
      </header>
      <Facts data={data} version={data.version} />
      <Tabs
        label="Views of the study"
        value={route.view as StudyView}
        onChange={(view) => go({ view })}
        tabs={STUDY_VIEWS.map((view) => [view, TITLES[view]] as const)}
      />
      <div class={`view ${route.view}`} role="tabpanel" id="panel" aria-labelledby={`tab-${route.view}`}>
        {route.view === 'overview' && (
          <>
            <FrontChart
              {...common}
              until={until ?? data.count}
              chosen={chosen}
              onChoose={choose}
              onHover={setHovered}
            />
            <Inspector
              data={data}
              pieces={pieces}
              index={shown}
              isHovered={hovered !== null}
              isOnFront={shown !== null && front.includes(shown)}
            />
            <History data={data} version={data.version} until={until} onUntil={setUntil} />
            <Techniques {...common} onFilter={setFilter} />
            {chosen !== null && data.head.oracle === 'supernet' && (
              <ValidationMasks key={chosen} study={data.head.id} trial={data.number.at(chosen)} />
            )}
            <div class="rest">
              <Durations data={data} version={data.version} />
              {(data.now.writer !== null || data.now.open > 0) && <Running data={data} version={data.version} />}
              {data.failures.length > 0 && <Failures data={data} onChoose={choose} />}
            </div>
          </>
        )}
        {route.view === 'parameters' && (
          <>
            <Parallel {...common} onFilter={setFilter} chosen={chosen} />
            <Importances data={data} />
            <Slices {...common} />
          </>
        )}
        {route.view === 'trials' && (
          <>
            <Trials {...common} chosen={chosen} onChoose={choose} />
            {chosen !== null && (
              <Inspector
                data={data}
                pieces={pieces}
                index={chosen}
                isHovered={false}
                isOnFront={front.includes(chosen)}
              />
            )}
          </>
        )}
        {route.view === 'compare' && (
          <Compare
            data={data}
            version={version}
            entries={entries ?? []}
            loaded={loaded}
            beside={route.beside}
            onBeside={(beside) => go({ beside })}
          />
        )}
      </div>
      <Announcer data={data} />
    </article>
  );
}

/** Says to who hears the page what came, at most every few seconds. */
function Announcer({ data }: { data: StudyData }) {
  const [said, setSaid] = useState('');
  const seen = useRef(data.count);
  const waiting = useRef<ReturnType<typeof setTimeout> | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is what may have brought trials
  useEffect(() => {
    if (data.count === seen.current || waiting.current !== null) return;
    waiting.current = setTimeout(() => {
      waiting.current = null;
      const came = data.count - seen.current;
      const gained = data.joins.filter((index) => index >= seen.current).length;
      seen.current = data.count;
      setSaid(
        `${formatWhole(came)} new ${came === 1 ? 'trial' : 'trials'}, ${data.count} in all${gained > 0 ? `; ${gained} joined the front` : ''}`,
      );
    }, 4000);
  }, [data.version]);
  return (
    <p class="heard" aria-live="polite">
      {said}
    </p>
  );
}

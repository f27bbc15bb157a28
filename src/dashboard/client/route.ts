import { useEffect, useState } from 'preact/hooks';

/** Those of a study. */
export const STUDY_VIEWS = ['overview', 'parameters', 'trials', 'compare'] as const;
export type StudyView = (typeof STUDY_VIEWS)[number];
/** `predict` is of no study: models are asked for masks. */
export type View = StudyView | 'predict';

const VIEWS: readonly View[] = [...STUDY_VIEWS, 'predict'];

/** What the address says: the study, what is looked at, and those laid over it. */
export interface Route {
  readonly study: string | null;
  readonly view: View;
  readonly beside: readonly string[];
}

function read(): Route {
  const said = new URLSearchParams(location.hash.slice(1));
  const view = VIEWS.find((each) => each === said.get('view')) ?? 'overview';
  return { study: said.get('study'), view, beside: said.get('beside')?.split(',').filter(Boolean) ?? [] };
}

/** The address of a route, for links: following one changes the route. */
export function hrefOf({ study, view, beside }: Route): string {
  const said = new URLSearchParams({
    ...(study === null ? {} : { study }),
    ...(view === 'overview' ? {} : { view }),
    ...(beside.length === 0 ? {} : { beside: beside.join(',') }),
  });
  return `#${said.toString().replaceAll('%2C', ',')}`;
}

/** The route, kept in the address: reloading, going back and links lead to the same picture. */
export function useRoute(): [Route, (change: Partial<Route>) => void] {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const change = () => setRoute(read());
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return [
    route,
    (change) => {
      const next = { ...route, ...change };
      history.pushState(null, '', hrefOf(next));
      setRoute(next);
    },
  ];
}

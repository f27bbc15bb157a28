import { useEffect, useState } from 'preact/hooks';
import type { Importance, ImportanceMethod } from '../../analysis/importance.js';
import { formatShare, formatWhole, metricLabel } from './format.js';
import { getJson } from './get-json.js';
import { Segments } from './segments.js';
import type { StudyData } from './study-data.js';

const SHOWN = 20;
/** The server weighs again when so much of the trials is new. */
const NEW_SHARE = 0.1;

const METHODS: readonly (readonly [ImportanceMethod, string])[] = [
  ['ped-anova', 'PED-ANOVA'],
  ['fanova', 'fANOVA'],
];

/** How much each parameter matters, for an objective or for reaching the front: bars, the most important first. */
export function Importances({ data }: { data: StudyData }) {
  const [found, setFound] = useState<readonly Importance[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [method, setMethod] = useState<ImportanceMethod>('ped-anova');
  const step = Math.floor(Math.log(Math.max(1, data.count)) / Math.log(1 + NEW_SHARE));
  // biome-ignore lint/correctness/useExhaustiveDependencies: again after every step
  useEffect(() => {
    const controller = new AbortController();
    const address = `/api/studies/${data.head.id}/importance?method=${method}`;
    getJson<readonly Importance[]>(address, undefined, controller.signal).then(
      setFound,
      (refused: Error) => controller.signal.aborted || setError(refused.message),
    );
    return () => controller.abort();
  }, [data.head.id, step, method]);
  const current = found?.find(({ objective }) => objective === chosen) ?? found?.at(-1);
  return (
    <section class="panel importance" aria-labelledby="importance-title">
      <header>
        <h2 id="importance-title">Importance</h2>
        <p class="legend">
          {current === undefined || current.method !== method
            ? 'weighing …'
            : `over ${formatWhole(current.trials)} complete trials`}
        </p>
        <Segments label="Weighed by" value={method} onChange={setMethod} options={METHODS} />
        {found !== null && found.length > 1 && current !== undefined && (
          <Segments
            label="Importance for"
            value={current.objective}
            onChange={setChosen}
            options={found.map(
              ({ objective }) => [objective, objective === 'front' ? 'the front' : metricLabel(objective)] as const,
            )}
          />
        )}
      </header>
      {error !== null && <p class="empty">{error}</p>}
      {error === null && current === undefined && (
        <p class="empty">{found === null ? 'Weighing …' : 'Importance needs two complete trials.'}</p>
      )}
      {current !== undefined && (
        <ol class="weights">
          {current.parameters.slice(0, SHOWN).map(({ name, importance }) => (
            <li key={name}>
              <span title={name}>{name}</span>
              <i style={{ width: `${(100 * importance) / (current.parameters[0]?.importance || 1)}%` }} />
              <b>{formatShare(importance)}</b>
            </li>
          ))}
        </ol>
      )}
      {current !== undefined && current.parameters.length > SHOWN && (
        <p class="note">and {current.parameters.length - SHOWN} less important ones</p>
      )}
    </section>
  );
}

import { useMemo } from 'preact/hooks';
import { createScale } from '../../charts/svg/scale.js';
import { losses } from '../../core/objective.js';
import { EMPTY_FRONT, growFront, referencePoint } from '../../pareto/growing-front.js';
import { hypervolume } from '../../pareto/hypervolume.js';
import type { StudyEntry } from '../protocol.js';
import { Canvas, drawAxes, fillDot, type Pen, useWidth } from './canvas.js';
import { formatShare, formatValue, formatWhole, metricLabel, objectiveLabel } from './format.js';
import { LineChart } from './line-chart.js';
import { ScrollBox } from './scroll-box.js';
import type { StudyData } from './study-data.js';
import { colourOf, useTheme } from './theme.js';

interface Props {
  readonly data: StudyData;
  readonly version: number;
  readonly entries: readonly StudyEntry[];
  readonly loaded: ReadonlyMap<string, StudyData>;
  readonly beside: readonly string[];
  readonly onBeside: (ids: readonly string[]) => void;
}

const HEIGHT = 360;

/** Studies with the same objectives over one another: their fronts, and what each had reached after as many trials. */
export function Compare({ data, version, entries, loaded, beside, onBeside }: Props) {
  const theme = useTheme();
  const { objectives } = data.head;
  const alike = entries.filter(({ id, objectives: theirs }) => id !== data.head.id && isSame(theirs, objectives));
  const studies = [data, ...beside.flatMap((id) => loaded.get(id) ?? [])].filter((study) =>
    isSame(study.head.objectives, objectives),
  );
  const names = studies.map(({ head }) => titleOf(head));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data are objects that grow; the version says so
  const curves = useMemo(() => curvesOf(studies), [version, studies.length, beside.join()]);
  const isSingle = objectives.length === 1;
  const format = isSingle ? formatValue : formatShare;
  return (
    <>
      <section class="panel choose" aria-labelledby="choose-title">
        <header>
          <h2 id="choose-title">Lay over {titleOf(data.head)}</h2>
          <p class="legend">studies of the same objectives</p>
        </header>
        {alike.length === 0 && <p class="empty">No other study here has the same objectives.</p>}
        <div class="choices">
          {alike.map((entry) => (
            <label>
              <input
                type="checkbox"
                checked={beside.includes(entry.id)}
                onChange={() =>
                  onBeside(beside.includes(entry.id) ? beside.filter((id) => id !== entry.id) : [...beside, entry.id])
                }
              />
              {titleOf(entry)}
            </label>
          ))}
        </div>
      </section>
      <section class="panel curves" aria-labelledby="curves-title">
        <header>
          <h2 id="curves-title">{isSingle ? 'Best so far' : 'Hypervolume'}</h2>
          <Keys names={names} />
        </header>
        <LineChart
          label={`${isSingle ? 'Best so far' : 'Hypervolume'} of ${names.join(', ')}`}
          columns={curves.columns}
          series={names.map((label, i) => ({ label, colour: colourOf(i, theme), format }))}
          xLabel={isSingle ? 'after each trial' : 'share of the box that all of them span, after each trial'}
          height={300}
        />
      </section>
      {objectives.length > 1 && <Fronts studies={studies} names={names} version={version} />}
      <section class="panel sums" aria-labelledby="sums-title">
        <header>
          <h2 id="sums-title">Side by side</h2>
        </header>
        <ScrollBox label="Studies side by side">
          <table>
            <thead>
              <tr>
                <th class="name" scope="col">
                  study
                </th>
                <th scope="col">trials</th>
                <th scope="col">{isSingle ? 'best' : 'hypervolume'}</th>
                {!isSingle && <th scope="col">on the front</th>}
                <th class="name" scope="col">
                  technique
                </th>
              </tr>
            </thead>
            <tbody>
              {studies.map((study, i) => (
                <tr>
                  <th class="name" scope="row">
                    <i class="swatch" style={{ background: colourOf(i, theme) }} /> {names[i]}
                  </th>
                  <td>{formatWhole(study.count)}</td>
                  <td>{curves.last[i] === undefined ? '–' : format(curves.last[i])}</td>
                  {!isSingle && <td>{study.front().length}</td>}
                  <td class="name">{study.head.technique}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      </section>
    </>
  );
}

const isSame = (a: StudyEntry['objectives'], b: StudyEntry['objectives']): boolean =>
  a.length === b.length &&
  a.every(({ metric, direction }, i) => metric === b[i]?.metric && direction === b[i]?.direction);

/** What a study is called: by its name, or by its file where the name says nothing. */
export const titleOf = ({ name, file }: { readonly name: string; readonly file: string }): string =>
  name === 'study' ? file.replace(/(\/study)?\.db$/, '') : name;

function Keys({ names }: { names: readonly string[] }) {
  const theme = useTheme();
  return (
    <p class="legend">
      {names.map((name, i) => (
        <span class="named">
          <i class="swatch" style={{ background: colourOf(i, theme) }} /> {name}
        </span>
      ))}
    </p>
  );
}

/** One x for every place where any study gained; hypervolumes up to one reference point, as shares of one box. */
function curvesOf(studies: readonly StudyData[]): { columns: (number | null)[][]; last: (number | undefined)[] } {
  const { objectives } = (studies[0] as StudyData).head;
  const outcomes = studies.map((study) =>
    study.joins.map((index) => ({
      at: index + 1,
      losses: losses(
        study.values.map((column) => column.at(index)),
        objectives,
      ),
    })),
  );
  const reference = referencePoint(outcomes.flat().map((outcome) => outcome.losses));
  const least = reference.map((_, axis) =>
    Math.min(...outcomes.flat().map((outcome) => outcome.losses[axis] as number)),
  );
  const box = reference.reduce((volume, worst, axis) => volume * (worst - (least[axis] as number)), 1) || 1;
  const steps = studies.map((study, i) => {
    let front: {
      members: readonly { losses: readonly number[] }[];
      least: readonly number[];
      most: readonly number[];
    } = EMPTY_FRONT;
    const reached = (outcomes[i] ?? []).map((outcome): [number, number] => {
      front = growFront(front, { losses: outcome.losses });
      const best = objectives[0]?.direction === 'max' ? -(outcome.losses[0] as number) : (outcome.losses[0] as number);
      return [
        outcome.at,
        objectives.length === 1
          ? best
          : hypervolume(
              front.members.map((each) => each.losses),
              reference,
            ) / box,
      ];
    });
    const last = reached.at(-1);
    return last === undefined ? [] : [...reached, [study.count, last[1]] as [number, number]];
  });
  const xs = [...new Set(steps.flat().map(([x]) => x))].sort((a, b) => a - b);
  const columns = steps.map((own) => {
    const byX = new Map(own);
    return xs.map((x) => byX.get(x) ?? null);
  });
  return { columns: [xs, ...columns], last: steps.map((own) => own.at(-1)?.[1]) };
}

/** The fronts of all studies, each with its steps. */
function Fronts({
  studies,
  names,
  version,
}: {
  studies: readonly StudyData[];
  names: readonly string[];
  version: number;
}) {
  const theme = useTheme();
  const [ref, width] = useWidth<HTMLDivElement>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const draw = useMemo(() => {
    const { objectives } = (studies[0] as StudyData).head;
    const y = Math.max(
      objectives.findIndex(({ direction }) => direction === 'max'),
      objectives[0]?.direction === 'max' ? 0 : 1,
    );
    const x = objectives.findIndex((_, i) => i !== y);
    const fronts = studies.map((study) =>
      study
        .front()
        .map((index): [number, number] => [study.values[x]?.at(index) ?? 0, study.values[y]?.at(index) ?? 0]),
    );
    const all = fronts.flat();
    const area = { left: 58, right: width - 14, top: 30, bottom: HEIGHT - 44 };
    const scaleX = createScale(
      all.map(([value]) => value),
      area.left,
      area.right,
      { count: width < 520 ? 4 : 7 },
    );
    const scaleY = createScale(
      all.map(([, value]) => value),
      area.bottom,
      area.top,
    );
    const [acrossAxis, upAxis] = [objectives[x], objectives[y]];
    return (pen: Pen) => {
      if (acrossAxis === undefined || upAxis === undefined) return;
      drawAxes(pen, {
        x: scaleX,
        y: scaleY,
        area,
        theme,
        xLabel: objectiveLabel(acrossAxis),
        yLabel: objectiveLabel(upAxis),
      });
      for (const [i, front] of fronts.entries()) {
        pen.strokeStyle = pen.fillStyle = colourOf(i, theme);
        pen.lineWidth = 1.75;
        const points = front
          .map(([a, b]): [number, number] => [scaleX.at(a), scaleY.at(b)])
          .sort((a, b) => (acrossAxis.direction === 'min' ? a[0] - b[0] : b[0] - a[0]));
        if (objectives.length === 2) {
          pen.beginPath();
          for (const [j, [left, top]] of points.entries()) {
            if (j === 0) pen.moveTo(left, top);
            else {
              pen.lineTo(left, points[j - 1]?.[1] ?? top);
              pen.lineTo(left, top);
            }
          }
          pen.stroke();
        }
        for (const [left, top] of points) fillDot(pen, left, top, 3.4);
      }
    };
  }, [studies.map(({ head }) => head.id).join(), version, theme, width]);
  const metrics = studies[0]?.head.objectives.map(({ metric }) => metricLabel(metric)).join(' and ') ?? '';
  return (
    <section class="panel fronts" aria-labelledby="fronts-title">
      <header>
        <h2 id="fronts-title">Fronts</h2>
        <Keys names={names} />
      </header>
      <div class="canvas" ref={ref} style={{ height: `${HEIGHT}px` }}>
        <Canvas
          size={{ width, height: HEIGHT }}
          draw={draw}
          role="img"
          aria-label={`Fronts of ${names.join(', ')}: ${metrics}`}
        />
      </div>
    </section>
  );
}

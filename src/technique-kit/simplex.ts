import type { Rng } from '../base/rng.js';
import type { Configuration } from '../core/space.js';
import type { Technique } from '../core/technique.js';
import { createScore } from '../pareto/score.js';
import { createProbe, requestTrials, type SearchStart, startSearch } from './local-search.js';

export type Vertex = { point: readonly number[]; values: readonly number[] | null };

/** Measured vertices, and points that are vertices as soon as they are measured. */
export type Simplex = { vertices: Vertex[]; missing: (readonly number[])[] };

/** What is known of the objective: small is good, Infinity where it could not be measured, undefined where it was not. */
export type ScoreAt = (point: readonly number[]) => number | undefined;

type Points = readonly (readonly number[])[];

/**
 * The points of the next simplex, or those whose scores decide which it is: the first at once, the others perhaps. The
 * vertices come best first; all points must lie in the unit cube, as `pointAlong` gives them.
 */
export type AdvanceSimplex = (
  vertices: readonly { readonly point: readonly number[]; readonly score: number }[],
  scoreAt: ScoreAt,
) => { readonly points: Points } | { readonly wanted: Points };

/** The simplex, the start of this search and what is open. */
type State = Simplex & { start: SearchStart; open: Configuration[] };

/** Steps of the simplex that may be decided in one ask from what is known. */
const LOOKS = 300;

/**
 * The frame of a search that moves a simplex through the unit cube: measures its vertices, lets `advance` decide the next
 * one from all that the study has measured, and begins another when it has shrunk.
 */
export function createSimplexSearch(
  options: { readonly start: string; readonly precision: number },
  advance: AdvanceSimplex,
): Omit<Technique<State>, 'name'> {
  const begin = (start: SearchStart, rng: Parameters<typeof initialSimplex>[2]) => ({
    start,
    vertices: [],
    missing: initialSimplex(options.start as SimplexStart, start.base, rng),
  });
  return {
    init: (context) => ({ ...begin(startSearch(context), context.rng), open: [] }),
    ask(given, count, context) {
      const { trials, objectives, rng } = context;
      let state = given;
      let probe = createProbe(context, state.start.repair);
      let score = createScore(trials, objectives, state.start.weights);
      let wanted: Points = [];
      for (let look = 0; look < LOOKS; look++) {
        state = { ...state, ...measure(state, (point) => probe(point).values) };
        wanted = state.missing;
        if (wanted.length > 0) break;
        const known = new Map(state.vertices.map(({ point, values }) => [point as readonly number[], values]));
        const next = advance(
          state.vertices.map(({ point, values }) => ({ point, score: score(values) })).sort(byScore),
          (point) => {
            const { values } = probe(point);
            if (values === undefined) return undefined;
            known.set(point, values);
            return score(values);
          },
        );
        if ('wanted' in next) {
          wanted = next.wanted;
          break;
        }
        state = { ...state, ...split(next.points, known) };
        if (extent(next.points) >= options.precision) continue;
        state = { ...begin(startSearch(context, state.start), rng), open: state.open };
        probe = createProbe(context, state.start.repair);
        score = createScore(trials, objectives, state.start.weights);
      }
      const configurations = function* () {
        for (const point of wanted) yield probe(point).configuration;
      };
      const [proposals, open] = requestTrials(configurations(), state.open, count, trials);
      return [proposals, { ...state, open }];
    },
    tell: (state) => state,
  };
}

function measure(
  { vertices, missing }: Simplex,
  valuesAt: (point: readonly number[]) => Vertex['values'] | undefined,
): Simplex {
  const found = new Map<readonly number[], Vertex['values']>();
  for (const point of missing) {
    const values = valuesAt(point);
    if (values !== undefined) found.set(point, values);
  }
  const measured = split(missing, found);
  return { vertices: [...vertices, ...measured.vertices], missing: measured.missing };
}

function split(points: Points, known: ReadonlyMap<readonly number[], Vertex['values']>): Simplex {
  return {
    vertices: points.flatMap((point) => (known.has(point) ? [{ point, values: known.get(point) ?? null }] : [])),
    missing: points.filter((point) => !known.has(point)),
  };
}

/** Two infinite scores are equal, not NaN apart. */
const byScore = (a: { readonly score: number }, b: { readonly score: number }) =>
  a.score === b.score ? 0 : a.score < b.score ? -1 : 1;

/** The largest extent of the points along an axis. */
const extent = (points: Points) =>
  (points[0] ?? []).reduce((most, _, axis) => {
    const along = points.map((point) => point[axis] as number);
    return Math.max(most, Math.max(...along) - Math.min(...along));
  }, 0);

/** The lengths of the edges on the unit axes: enough to change a value of two or of a few. */
const EDGE = 0.25;

export type SimplexStart = 'random' | 'right' | 'regular';

/**
 * n + 1 points of the unit cube of n axes, `base` first. `right`: one edge along each axis, all at right angles; `regular`: all
 * edges of the same length (Spendley, Hext and Himsworth, 1962); both turned towards the middle of the cube.
 * `random`: the others are drawn.
 */
function initialSimplex(start: SimplexStart, base: readonly number[], rng: Rng): number[][] {
  const n = base.length;
  const turn = base.map((x) => (x > 0.5 ? -1 : 1));
  const unit = EDGE / (n * Math.SQRT2);
  const along = unit * (Math.sqrt(n + 1) + n - 1);
  const across = unit * (Math.sqrt(n + 1) - 1);
  const vertex = (axis: number) => {
    if (start === 'random') return base.map(() => rng.float());
    return base.map((x, i) => {
      const step = start === 'right' ? (i === axis ? EDGE : 0) : i === axis ? along : across;
      return Math.min(1, Math.max(0, x + (turn[i] as number) * step));
    });
  };
  return [[...base], ...base.map((_, axis) => vertex(axis))];
}

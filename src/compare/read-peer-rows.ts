import { z } from 'zod';
import { readText } from '../base/files.js';
import { parseJson } from '../base/parse-json.js';
import { whatIsWrong } from '../base/schema-issues.js';
import { DataError } from '../errors.js';
import type { ComparisonProblem, ComparisonRow } from './comparison.js';
import { checkpoints, reachedAt } from './reached.js';

const objective = z
  .union([z.string(), z.object({ metric: z.string(), direction: z.string() })])
  .transform((given) => (typeof given === 'string' ? given : `${given.metric}:${given.direction}`));

const file = z.object({
  objectives: z.array(objective),
  reference: z.array(z.number()).nullable(),
  trials: z.number().int().positive(),
  rows: z.array(
    z.object({
      technique: z.string(),
      seed: z.number().int(),
      improvements: z.array(z.tuple([z.number().int().positive(), z.number()])),
      illegalShare: z.number(),
      repeatedShare: z.number(),
      infeasibleShare: z.number().optional(),
      engineSeconds: z.number(),
    }),
  ),
});

/**
 * Rows of other tools (test/bench/peers) or of an earlier comparison.json, measured on the same problem.
 *
 * @throws DataError DATA_PEERS when the file cannot be read, or has other objectives, another reference or fewer trials.
 */
export async function readPeerRows(path: string, problem: ComparisonProblem): Promise<ComparisonRow[]> {
  const text = await readText(path).catch((cause: unknown) => {
    throw broken(`cannot read ${path}`, 'check the path after --peers', cause);
  });
  const parsed = parse(path, text);
  const wanted = problem.objectives.map(({ metric, direction }) => `${metric}:${direction}`);
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  if (!same(parsed.objectives, wanted) || !same(parsed.reference, problem.reference)) {
    const asked = `${parsed.objectives.join(' ')}, reference ${parsed.reference?.join() ?? 'none'}`;
    throw broken(`${path} was measured on another problem: ${asked}`, 'give the same --objective and --reference');
  }
  if (parsed.trials < problem.trials) {
    throw broken(`${path} has ${parsed.trials} trials only`, `give --trials ${parsed.trials}, or run the peers longer`);
  }
  const nothing = problem.reference === null ? null : 0;
  return parsed.rows.map(({ infeasibleShare, ...row }) => ({
    ...row,
    ...(infeasibleShare === undefined ? {} : { infeasibleShare }),
    at: Object.fromEntries(
      checkpoints(problem.trials).map((step) => [step, reachedAt(row.improvements, step) ?? nothing]),
    ),
  }));
}

function parse(path: string, text: string): z.infer<typeof file> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw broken(`${path} is not JSON`, 'write it with test/bench/peers/run.sh', cause);
  }
  const parsed = file.safeParse(value);
  if (parsed.success) return parsed.data;
  throw broken(`${path}: ${whatIsWrong(parsed.error)}`, 'write it with test/bench/peers/run.sh');
}

const broken = (message: string, remedy: string, cause?: unknown) =>
  new DataError('DATA_PEERS', message, { remedy, cause });

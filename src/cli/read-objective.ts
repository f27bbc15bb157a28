import { InvalidArgumentError } from 'commander';
import type { Objective } from '../core/objective.js';

/** Reads `METRIC:min` or `METRIC:max`, for commander. */
export function readObjective(text: string): Objective {
  const match = /^(.+):(min|max)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Write METRIC:min or METRIC:max.');
  return { metric: match[1] as string, direction: match[2] as Objective['direction'] };
}

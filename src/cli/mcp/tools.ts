import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { SupersamError, UsageError } from '../../errors.js';

/** What an agent may call. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** Changes something: only there with `--write`. */
  readonly writes: boolean;
  readonly input: z.ZodRawShape;
  /** The answer as JSON. */
  readonly call: (input: never, server: ToolContext) => Promise<unknown>;
}

export interface ToolContext {
  /** The folder that every path has to lie in. */
  readonly root: string;
}

/** Gives a tool's function the type of its input. */
export const defineTool = <Input extends z.ZodRawShape>(
  tool: Omit<Tool, 'input' | 'call'> & {
    readonly input: Input;
    readonly call: (input: z.infer<z.ZodObject<Input>>, server: ToolContext) => Promise<unknown>;
  },
): Tool => tool as unknown as Tool;

/** The inputs that nearly all tools have. */
export const STUDY = {
  db: z.string().describe('Path of the study database, below the folder that the server works in'),
  study: z.string().optional().describe('Name of the study; needed where the database holds several'),
};

/**
 * A path below the root, whatever links it goes through; what is not there yet counts by its folder.
 *
 * @throws UsageError for a path that leaves it.
 */
export function pathWithin(root: string, path: string): string {
  const whole = resolve(root, path);
  const base = realpathSync(root);
  const inside = relative(base, nearestReal(whole));
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new UsageError(`${path} lies outside of the folder that this server works in`, {
      remedy: 'start the server in a folder that holds it: supersam mcp --root FOLDER',
    });
  }
  return whole;
}

function nearestReal(path: string): string {
  for (let at = path, rest = ''; ; ) {
    try {
      return resolve(realpathSync(at), rest);
    } catch {
      const parent = resolve(at, '..');
      if (parent === at) return path;
      rest = rest === '' ? at.slice(parent.length + 1) : `${at.slice(parent.length + 1)}${sep}${rest}`;
      at = parent;
    }
  }
}

/** An error as an agent reads it: what is wrong and what to do. */
export const errorText = (error: unknown): string =>
  error instanceof SupersamError
    ? `${error.code}: ${error.message}${error.remedy === undefined ? '' : `\n${error.remedy}`}`
    : `unexpected: ${error instanceof Error ? error.message : String(error)}`;

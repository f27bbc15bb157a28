import { CommanderError } from 'commander';
import { SupersamError } from '../errors.js';
import { createProgram } from './program.js';
import { note } from './terminal.js';

/** Runs the command that `args` name, says what went wrong, and leaves the exit code with the process: docs/cli.md. */
export async function runProgram(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** One line for what was foreseen, the stack for what was not. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof SupersamError) {
    note(`supersam: ${error.message}${error.remedy === undefined ? '' : `\n  ${error.remedy}`}`);
    return error.exitCode;
  }
  note(`supersam: unexpected ${error instanceof Error ? error.stack : String(error)}`);
  return 1;
}

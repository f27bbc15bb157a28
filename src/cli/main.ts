#!/usr/bin/env node
import { CommanderError } from 'commander';
import { SupersamError } from '../errors.js';
import { createProgram } from './program.js';
import { note } from './terminal.js';

// A reader that has seen enough (`| head`) ends this, too, and that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
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

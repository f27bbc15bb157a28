#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { packageRoot } from '../base/package-root.js';
import { SupersamError } from '../errors.js';
import { registerBackend } from './commands/backend.js';
import { registerCompare } from './commands/compare.js';
import { registerConvert } from './commands/convert.js';
import { registerData } from './commands/data.js';
import { registerDescribe } from './commands/describe.js';
import { registerDesign } from './commands/design.js';
import { registerDistill } from './commands/distill.js';
import { registerEvaluate } from './commands/evaluate.js';
import { registerExtract } from './commands/extract.js';
import { registerPareto } from './commands/pareto.js';
import { registerPrioritize } from './commands/prioritize.js';
import { registerQuickstart } from './commands/quickstart.js';
import { registerRank } from './commands/rank.js';
import { registerReport } from './commands/report.js';
import { registerSearch } from './commands/search.js';
import { registerSpace } from './commands/space.js';
import { registerTechniques } from './commands/techniques.js';
import { registerTrain } from './commands/train.js';
import { registerTrials } from './commands/trials.js';
import { note } from './terminal.js';

const { version, description } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as {
  version: string;
  description: string;
};

const program = new Command('supersam')
  .description(description)
  .version(version)
  .showHelpAfterError('(add --help for what this command takes)')
  .showSuggestionAfterError()
  .exitOverride();

for (const register of [
  registerQuickstart,
  registerConvert,
  registerDescribe,
  registerData,
  registerDistill,
  registerEvaluate,
  registerRank,
  registerDesign,
  registerPrioritize,
  registerTrain,
  registerSearch,
  registerCompare,
  registerTrials,
  registerPareto,
  registerReport,
  registerExtract,
  registerTechniques,
  registerSpace,
  registerBackend,
]) {
  register(program);
}

// A reader that has seen enough (`| head`) ends this, too, and that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
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

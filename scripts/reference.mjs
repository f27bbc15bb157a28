// Writes docs/reference/cli.md from the program itself: npm run reference. `--check` only says whether it is what it would write.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createProgram, loadCommands } from '../dist/src/cli/program.js';
import { root } from './hash-sources.mjs';

const WIDTH = 100;
const file = join(root, 'docs/reference/cli.md');

const program = createProgram();
await loadCommands(program);
const sections = [];
describe(program, program.name());
const page = `# Commands

Written by \`npm run reference\` from what the program says of itself. Exit codes, stopping and outputs: [cli.md](../cli.md).

${sections.join('\n')}`;

if (process.argv.includes('--check')) {
  const written = await readFile(file, 'utf8').catch(() => '');
  if (written !== page) {
    console.error('docs/reference/cli.md is not what the program says: npm run reference');
    process.exitCode = 1;
  }
} else await writeFile(file, page);

/** A command with its help, then those below it. */
function describe(command, title) {
  let help = '';
  command.configureHelp({ helpWidth: WIDTH }).configureOutput({
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  sections.push(`## ${title}\n\n\`\`\`\n${help.trimEnd()}\n\`\`\`\n`);
  for (const child of command.commands) describe(child, `${title} ${child.name()}`);
}

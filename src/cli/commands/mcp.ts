import { once } from 'node:events';
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import { note } from '../terminal.js';

const HELP = `
Speaks the Model Context Protocol over standard input and output, for agents: list, show, best, trials, importance; with
--write also ask and tell (the agent measures), enqueue, note, report. No path leaves the folder.

Example, as clients are configured:
  { "mcpServers": { "supersam": { "command": "npx", "args": ["supersam", "mcp", "--root", "results"] } } }`;

export function defineMcp(command: Command): void {
  command
    .option('--root <folder>', 'where databases and reports lie', '.')
    .option('--write', 'let the agent change studies and write reports', false)
    .addHelpText('after', HELP)
    .action(async ({ root, write }: { readonly root: string; readonly write: boolean }) => {
      if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
        throw new UsageError(`there is no folder ${root}`, { remedy: 'name the one that holds the databases' });
      }
      const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
      const { serveAgent } = await import('../mcp/serve.js');
      const close = await serveAgent(new StdioServerTransport(), { root, write });
      note(`supersam serves ${root} over standard input and output${write ? ', writing too' : ', reading only'}`);
      await Promise.race([once(process.stdin, 'end'), once(process.stdin, 'close'), ended()]);
      await close();
    });
}

/** A signal ends the server as the client's leaving does: studies are given back. */
const ended = () => Promise.race((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => once(process, signal)));

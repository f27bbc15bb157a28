import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { serveDashboard } from '../../dashboard/serve.js';
import { readPort } from '../read-number.js';
import { note, print } from '../terminal.js';

const EXAMPLES = `
Examples:
  supersam dashboard                            # every study below results/, or below this folder
  supersam dashboard s.db results/quickstart
  supersam dashboard --host 0.0.0.0 --port 8080 # other machines, by an address that has a token

It only reads, and shows every trial within a second after it was stored. The one thing that writes, a trial's subnet as a
model, asks for the token on the terminal. Ctrl-C ends it.`;

interface Options {
  readonly port: number;
  readonly host: string;
  readonly open: boolean;
  readonly data?: string;
}

export function defineDashboard(command: Command): void {
  command
    .argument('[paths...]', 'study databases, and folders that hold some (default: results/, else this folder)')
    .option('--port <number>', 'where to listen; 0 for any that is free', readPort, 4150)
    .option(
      '--host <name>',
      'name or address to listen at; wider than this machine, everything asks for a token',
      '127.0.0.1',
    )
    .option(
      '-d, --data <folder>',
      'data set whose validation images masks are shown on (default: the nuclei of the package)',
    )
    .option('--open', 'open the page in the browser', false)
    .addHelpText('after', EXAMPLES)
    .action(async (given: string[], { port, host, open, data }: Options) => {
      const paths = given.length > 0 ? given : [existsSync('results') ? 'results' : '.'];
      const dashboard = await serveDashboard({ paths, host, port, data });
      print(dashboard.url);
      const { studies } = dashboard;
      const here = `${studies} ${studies === 1 ? 'study' : 'studies'}`;
      note(`${studies === 0 ? 'no study yet; new ones show up by themselves' : here}; Ctrl-C ends it`);
      note(`token for writing models from the page: ${dashboard.token}`);
      if (open) openInBrowser(dashboard.url);
      await signalled();
      await dashboard.close();
    });
}

/** Until Ctrl-C, SIGTERM or SIGHUP: there is nothing to save, so the first ends it, and a second finds the default. */
const signalled = (): Promise<void> =>
  new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve());
  });

/** By what opens addresses here; where there is none, or no screen, the printed address is what one has. */
function openInBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(program as string, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => note('open the address above; nothing here opens it by itself'));
  child.unref();
}

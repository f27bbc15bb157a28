import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { packageVersion } from '../../base/package-root.js';
import { readTools } from './read-tools.js';
import { errorText, type Tool } from './tools.js';
import { createWriteTools } from './write-tools.js';

export interface ServeOptions {
  /** The folder that every path has to lie in. */
  readonly root: string;
  /** Whether the tools that change something are there. */
  readonly write: boolean;
}

/** Serves the verbs of the command line to one client. @returns what ends it and gives studies back. */
export async function serveAgent(transport: Transport, { root, write }: ServeOptions): Promise<() => Promise<void>> {
  const server = new McpServer({ name: 'supersam', version: packageVersion }, { instructions: INSTRUCTIONS });
  const writing = write ? createWriteTools() : undefined;
  for (const tool of [...readTools, ...(writing?.tools ?? [])]) register(server, tool, root);
  await server.connect(transport);
  return async () => {
    writing?.close();
    await server.close();
  };
}

const INSTRUCTIONS =
  'Studies are searches for good configurations, one or several to a database. Begin with list, then show. Values are as measured; a direction min or max says what is better.';

function register(server: McpServer, { name, description, writes, input, call }: Tool, root: string): void {
  const annotations = { readOnlyHint: !writes, destructiveHint: false, openWorldHint: false };
  server.registerTool(name, { description, inputSchema: input, annotations }, async (given: unknown) => {
    const text = (content: string) => [{ type: 'text' as const, text: content }];
    try {
      return { content: text(JSON.stringify(await call(given as never, { root }), null, 1)) };
    } catch (error) {
      return { content: text(errorText(error)), isError: true };
    }
  });
}

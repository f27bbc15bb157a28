import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { UsageError } from '../errors.js';
import { createApp } from './app.js';
import { followStudies } from './follow-studies.js';
import { isLoopback } from './guard.js';
import { predictRoutes } from './predict-routes.js';

export interface DashboardOptions {
  /** Study databases, and folders that hold some. */
  readonly paths: readonly string[];
  /** Name or address to listen at. Wider than loopback, everything asks for the token. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Folder whose validation images masks are shown on; the nuclei of the package when absent. */
  readonly data?: string | undefined;
}

export interface Dashboard {
  /** To open, with the token where one is asked for. */
  readonly url: string;
  readonly token: string;
  readonly studies: number;
  close(): Promise<void>;
}

/**
 * Serves the live page of studies until it is closed. Databases are only read.
 *
 * @throws UsageError for a path where nothing is, and for an address that cannot be listened at; StudyError for a named
 *   file that is no study database.
 */
export async function serveDashboard({ paths, host, port, data }: DashboardOptions): Promise<Dashboard> {
  const studies = followStudies(paths);
  const token = randomBytes(16).toString('hex');
  const predict = predictRoutes(paths);
  const app = createApp({ studies, routes: predict.routes, host, token, data });
  const { server, address } = await new Promise<{ server: ReturnType<typeof serve>; address: AddressInfo }>(
    (resolve, reject) => {
      const listening = serve({ fetch: app.fetch, hostname: host, port }, (info) =>
        resolve({ server: listening, address: info as AddressInfo }),
      );
      listening.once('error', (cause) => reject(unusable(host, port, cause as NodeJS.ErrnoException)));
    },
  );
  const name = host.includes(':') ? `[${host}]` : host;
  const query = isLoopback(host) ? '' : `?token=${token}`;
  return {
    url: `http://${name}:${address.port}/${query}`,
    token,
    studies: studies.entries().length,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        // Live streams would keep it open for as long as their pages are.
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
      await predict.close();
    },
  };
}

function unusable(host: string, port: number, cause: NodeJS.ErrnoException): UsageError {
  const where = `${host}:${port}`;
  if (cause.code === 'EADDRINUSE') {
    return new UsageError(`${where} is in use`, { remedy: 'choose another --port, or 0 for any that is free', cause });
  }
  return new UsageError(`cannot listen at ${where}: ${cause.message}`, { remedy: 'check --host and --port', cause });
}

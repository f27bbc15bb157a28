import type { ConnectionOptions, Job, Processor, Queue, QueueEvents, Worker, WorkerOptions } from 'bullmq';
import { maskSecrets } from '../base/secrets.js';
import { ExecutorError, UsageError } from '../errors.js';

// BullMQ's queues on Redis, Valkey or PostgreSQL; BullMQ itself is loaded when a server is used.

/** What is sent: one text, which `messages.ts` writes and reads. */
export interface Sent {
  readonly text: string;
}
export type SentJob = Job<Sent, string>;
export type AnyQueue = Queue<Sent, string>;

export interface QueueServer {
  /** Where it is, without its password. */
  readonly name: string;
  queue(name: string): Promise<AnyQueue>;
  events(name: string): Promise<QueueEvents>;
  /** Runs; without a processor it only looks for jobs whose worker is gone. */
  worker(
    name: string,
    processor: Processor<Sent, string> | null,
    options: Partial<WorkerOptions>,
  ): Promise<Worker<Sent, string>>;
  job(queue: AnyQueue, id: string): Promise<SentJob | undefined>;
  /** Does it again until the server answers; what the server refuses is thrown. */
  persist<T>(work: () => Promise<T>): Promise<T>;
}

const CONNECT_MS = 15_000;
const RETRY_MS = 500;
/** A question that was lost with its connection is asked again. */
const ANSWER_MS = 20_000;

/**
 * Opens `redis://…`, `rediss://…` (TLS), `valkey://…` or `postgres://…`; `redis` alone takes REDIS_URL, `postgres` alone
 * PGHOST and its kind. A missing password comes from REDIS_PASSWORD or PGPASSWORD.
 *
 * @param onNote told when the server is away and when it is back.
 * @throws UsageError for what is no such address; ExecutorError EXECUTOR_UNREACHABLE when nobody answers there.
 */
export async function openQueueServer(where: string, onNote: (message: string) => void): Promise<QueueServer> {
  const { isPostgres, connection, name } = readAddress(where);
  const bullmq = await import('bullmq');
  const backend = isPostgres ? (bullmq.createPostgresBackend as never) : undefined;
  let isAway = false;
  const hear = (error: Error) => {
    if (!isAway && isConnectionError(error))
      onNote(`${name} is away (${maskSecrets(error.message) || 'no answer'}); waiting for it`);
    isAway ||= isConnectionError(error);
  };
  const heard = <T extends { on(event: 'error', listener: (error: Error) => void): unknown }>(what: T): T => {
    what.on('error', hear);
    return what;
  };
  if (isPostgres) outliveClients(hear);
  const options = { connection: connection as ConnectionOptions };
  /**
   * What could not connect to PostgreSQL at first says so for ever, a worker's loop and the reader of events without a pause
   * in between: it is made again until it has connected, and runs then.
   */
  const connected = <T extends Connecting>(make: () => T): Promise<T> =>
    isPostgres ? server.persist(() => readyOrClosed(heard(make()))) : Promise.resolve(heard(make()));
  const idle = { ...options, autorun: false };
  const server: QueueServer = {
    name,
    queue: (queue) => connected(() => new bullmq.Queue<Sent, string>(queue, options, backend)),
    async events(queue) {
      const events = await connected(() => new bullmq.QueueEvents(queue, idle, backend));
      void events.run().catch(hear);
      return events;
    },
    async worker(queue, processor, more) {
      const worker = await connected(
        () => new bullmq.Worker<Sent, string>(queue, processor, { ...idle, ...more }, backend),
      );
      if (processor !== null) void worker.run().catch(hear);
      return worker;
    },
    job: (queue, id) => bullmq.Job.fromId<Sent, string>(queue as never, id),
    async persist(work) {
      for (;;) {
        try {
          const done = await answered(work());
          if (isAway) onNote(`${name} is back`);
          isAway = false;
          return done;
        } catch (error) {
          if (!isConnectionError(error)) throw explain(error, name);
          hear(error as Error);
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    },
  };
  await check(name, (isOver) => {
    // Who has given up must not be kept alive by a client that tries for ever.
    const retryStrategy = (times: number) => (isOver() ? null : retryDelay(times));
    const own = {
      connection: { ...options.connection, ...(isPostgres ? {} : { retryStrategy }) } as ConnectionOptions,
    };
    return heard(new bullmq.Queue<Sent, string>('supersam-check', own, backend));
  });
  return server;
}

/**
 * BullMQ takes clients out of its PostgreSQL pool without listening to their errors, and pg tells of a lost connection by
 * such an error as well as by that of the query: unheard it would end the process, which the query's would not.
 */
function outliveClients(hear: (error: Error) => void): void {
  process.on('uncaughtException', (error) => {
    if (!isConnectionError(error) || !/[\\/]node_modules[\\/]pg(-\w+)?[\\/]/.test(error.stack ?? '')) throw error;
    hear(error);
  });
}

type Connecting = AnyQueue | QueueEvents | Worker<Sent, string>;

async function readyOrClosed<T extends Connecting>(made: T): Promise<T> {
  try {
    await made.waitUntilReady();
    return made;
  } catch (error) {
    void made.close().catch(() => undefined);
    throw error;
  }
}

async function answered<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const silent = Object.assign(new Error(`no answer within ${ANSWER_MS / 1000} s`), { code: 'ETIMEDOUT' });
    timer = setTimeout(() => reject(silent), ANSWER_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A queue that connects until it is told that nobody waits for it any more. */
type OpenCheck = (isOver: () => boolean) => AnyQueue;

/**
 * One question, asked again for a while: a server may be starting, and a wrong address is said before work begins. Whoever
 * is there later may go away and come back.
 */
async function check(name: string, open: OpenCheck): Promise<void> {
  const end = performance.now() + CONNECT_MS;
  for (;;) {
    try {
      return await connect(open, end - performance.now());
    } catch (error) {
      if (!isConnectionError(error) || performance.now() + RETRY_MS > end) throw explain(error, name);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** A queue of its own for every try: what PostgreSQL's said of its connection it says for ever. */
async function connect(open: OpenCheck, milliseconds: number): Promise<void> {
  let isOver = false;
  const queue = open(() => isOver);
  let last: unknown;
  let timer: NodeJS.Timeout | undefined;
  const refused = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(last ?? new Error(`no answer within ${CONNECT_MS / 1000} s`)), milliseconds);
    queue.on('error', (error) => {
      last = error;
      // A wrong password stays wrong.
      if (!isConnectionError(error)) reject(error);
    });
  });
  try {
    await Promise.race([queue.waitUntilReady(), refused]);
  } finally {
    isOver = true;
    clearTimeout(timer);
    // One that never was connected never is disconnected.
    void (queue.disconnect as () => Promise<void>)().catch(() => undefined);
  }
}

function explain(error: unknown, name: string): ExecutorError {
  const { message = String(error), code } = (error ?? {}) as { readonly message?: string; readonly code?: string };
  const said = maskSecrets(message || code || 'no answer');
  if (/\bpg\b.*(module|driver|install)|Cannot find (module|package) 'pg'/i.test(message)) {
    return new ExecutorError('EXECUTOR_DRIVER', 'PostgreSQL needs the package pg, which is not installed', {
      remedy: 'npm install pg',
    });
  }
  // The error itself may hold the connection's options and is not passed on.
  return new ExecutorError('EXECUTOR_UNREACHABLE', `cannot use ${name}: ${said}`, {
    remedy: 'check that the server runs there, the user, the password (REDIS_PASSWORD, PGPASSWORD) and TLS',
  });
}

/** Of the driver, the network, and of a PostgreSQL that stops, starts or was stopped. */
const AWAY = /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|08|57P0[123])/;
const AWAY_WORDS =
  /connection (is closed|terminated|timeout|ended)|timeout exceeded when trying to connect|not queryable|read-?only|LOADING|socket|Stream isn't writeable/i;

function isConnectionError(error: unknown): boolean {
  const {
    code,
    message = '',
    errors,
  } = (error ?? {}) as {
    readonly code?: unknown;
    readonly message?: string;
    readonly errors?: readonly unknown[];
  };
  // Several addresses of one name, each with its error.
  if (Array.isArray(errors)) return errors.some(isConnectionError);
  return (typeof code === 'string' && AWAY.test(code)) || AWAY_WORDS.test(message);
}

interface Address {
  readonly isPostgres: boolean;
  readonly connection: object;
  readonly name: string;
}

function readAddress(where: string): Address {
  const bare = /^(redis|valkey|postgres(?:ql)?):?$/.exec(where)?.[1];
  const given = bare === 'redis' || bare === 'valkey' ? (process.env['REDIS_URL'] ?? 'redis://localhost:6379') : where;
  if (bare?.startsWith('postgres')) {
    return { isPostgres: true, connection: postgres({}), name: `postgres://${process.env['PGHOST'] ?? 'localhost'}` };
  }
  const url = URL.canParse(given) ? new URL(given) : undefined;
  switch (url?.protocol) {
    case 'postgres:':
    case 'postgresql:':
      return { isPostgres: true, connection: postgres({ connectionString: given }), name: maskSecrets(given) };
    case 'redis:':
    case 'valkey:':
    case 'rediss:':
    case 'valkeys:':
      return { isPostgres: false, connection: redis(url), name: maskSecrets(given) };
  }
  throw new UsageError(`"bullmq:${maskSecrets(where)}" names no server`, {
    remedy: 'write bullmq:redis://host:6379, bullmq:rediss://host (TLS) or bullmq:postgres://host/database',
  });
}

/** The options of the URL's query, sslmode among them, are read by the driver. */
const postgres = (own: object) => ({ ...own, migrate: true, max: 4, connectionTimeoutMillis: CONNECT_MS });

const retryDelay = (times: number) => Math.min(100 * 2 ** times, 2000);

function redis(url: URL): object {
  const { REDIS_USERNAME, REDIS_PASSWORD } = process.env;
  const username = decodeURIComponent(url.username) || REDIS_USERNAME;
  const password = decodeURIComponent(url.password) || REDIS_PASSWORD;
  const db = Number(url.pathname.slice(1) || 0);
  if (!Number.isInteger(db) || db < 0) {
    throw new UsageError(`"${url.pathname.slice(1)}" is no database of Redis`, {
      remedy: 'write a number: redis://host/0',
    });
  }
  return {
    host: url.hostname.replaceAll(/[[\]]/g, ''),
    port: Number(url.port || 6379),
    db,
    ...(username === undefined || username === '' ? {} : { username }),
    ...(password === undefined || password === '' ? {} : { password }),
    ...(/^(rediss|valkeys):$/.test(url.protocol) ? { tls: {} } : {}),
    // Commands wait while the server is away.
    maxRetriesPerRequest: null,
    retryStrategy: retryDelay,
  };
}

/** The queue of the studies of a name, and the board beside it: what they measure, and who does. */
export function queueNames(study: string): { readonly jobs: string; readonly board: string } {
  // Colons separate the parts of Redis keys.
  const plain = encodeURIComponent(study).replaceAll(/[^\w-]/g, '_');
  return { jobs: `supersam-${plain}`, board: `supersam-${plain}-board` };
}

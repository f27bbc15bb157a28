import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server of a test's own, with its data on disk. */
export interface TestServer {
  readonly port: number;
  /** SIGKILL, a moment of absence, and a start with what is on disk. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export const PASSWORD = 'tops3cret';

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const postgresFolder = existsSync('/usr/lib/postgresql')
  ? readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`)[0]
  : undefined;

export const hasRedis = has('redis-server');
export const hasValkey = has('valkey-server');
export const hasOpenssl = has('openssl');
/** PostgreSQL does not run as root, so it is started as its own user. */
export const hasPostgres = postgresFolder !== undefined && process.getuid?.() === 0;

/** A certificate of its own for this machine, which nobody trusts who is not told to. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-tls-'));
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'],
      ...['-subj', '/CN=localhost', '-addext', names, '-keyout', key, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  return { certificate, key };
}

export const startValkey = (): Promise<TestServer> => startRedis({ program: 'valkey-server' });

export function startRedis({
  program = 'redis-server',
  tls,
}: {
  readonly program?: string;
  readonly tls?: Certificate;
} = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-redis-'));
  const secured = ({ certificate, key }: Certificate) => [
    ...['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate],
    ...['--tls-auth-clients', 'no'],
  ];
  return keep((port) =>
    spawn(
      program,
      [
        ...(tls === undefined
          ? ['--port', String(port)]
          : ['--port', '0', '--tls-port', String(port), ...secured(tls)]),
        ...['--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
        ...['--requirepass', PASSWORD, '--bind', '127.0.0.1', '--maxmemory-policy', 'noeviction'],
      ],
      { stdio: 'ignore' },
    ),
  );
}

/** User postgres, database postgres. */
export function startPostgres({ tls }: { readonly tls?: Certificate } = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-postgres-'));
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const user = { uid: id('-u'), gid: id('-g') };
  const secret = join(folder, 'password');
  writeFileSync(secret, PASSWORD);
  for (const path of [folder, secret]) chownSync(path, user.uid, user.gid);
  const data = join(folder, 'data');
  execFileSync(
    join(postgresFolder as string, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${secret}`, '--no-sync'],
    { ...user, cwd: folder, stdio: 'ignore' },
  );
  const settings = ['listen_addresses=127.0.0.1', 'fsync=off'];
  if (tls !== undefined) {
    const key = join(folder, 'key.pem');
    // Others may not read it.
    writeFileSync(key, readFileSync(tls.key), { mode: 0o600 });
    const certificate = join(folder, 'certificate.pem');
    writeFileSync(certificate, readFileSync(tls.certificate));
    for (const path of [key, certificate]) chownSync(path, user.uid, user.gid);
    settings.push('ssl=on', `ssl_key_file=${key}`, `ssl_cert_file=${certificate}`);
  }
  return keep((port) =>
    spawn(
      join(postgresFolder as string, 'postgres'),
      ['-D', data, '-p', String(port), '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
      { ...user, cwd: folder, stdio: 'ignore' },
    ),
  );
}

async function keep(launch: (port: number) => ChildProcess): Promise<TestServer> {
  const port = await freePort();
  let child: ChildProcess;
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  const start = async () => {
    child = launch(port);
    for (let wait = 0; !(await answers(port)); wait++) {
      if (wait > 300) throw new Error('the server does not start');
      await sleep(100);
      // What a killed one has left may keep the next from starting for a moment.
      if (gone()) child = launch(port);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    if (gone()) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  await start();
  return {
    port,
    async crash() {
      await end('SIGKILL');
      await sleep(1500);
      await start();
    },
    stop: () => end('SIGINT'),
  };
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A wire to a port of this machine that can be cut. */
export interface Wire {
  readonly port: number;
  /** Nothing goes through for so long, and all connections end. */
  cut(ms: number): Promise<void>;
  close(): Promise<void>;
}

export async function openWire(to: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server: Server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    async cut(ms) {
      isCut = true;
      drop();
      await sleep(ms);
      isCut = false;
    },
    async close() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

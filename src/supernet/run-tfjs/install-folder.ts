import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BackendError, InterruptedError } from '../../errors.js';

/** Where `supersam backend install` puts something: the user's cache, which `npm ci` leaves alone. */
export const installFolder = (name: string): string =>
  join(
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    'supersam',
    `${name}-${process.platform}-${process.arch}`,
  );

/**
 * Lets `make` fill a fresh folder, which is renamed into place only when it is done, so that a failure changes nothing.
 * @returns the target
 */
export async function installInto(
  target: string,
  signal: AbortSignal | undefined,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(`${target}.partial-`);
  try {
    await make(folder);
    await rm(target, { recursive: true, force: true });
    await rename(folder, target);
    return target;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (signal?.aborted) throw new InterruptedError('stopped; nothing was installed');
    throw error;
  }
}

const run = promisify(execFile);

/** @throws BackendError BACKEND_INSTALL with the failure and the first line in which the program says why */
export async function attempt(
  failure: string,
  command: string,
  args: readonly string[],
  cwd: string,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await run(command, args, { cwd, maxBuffer: 1 << 26, ...(signal && { signal }) });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const lines = stderr
      .split('\n')
      .filter((line) => /error|could not|no matching|not found/i.test(line) && !/^npm warn/i.test(line));
    throw new BackendError(
      'BACKEND_INSTALL',
      `${failure}; nothing was changed${lines[0] ? ` (${lines[0].trim()})` : ''}`,
      {
        remedy:
          'check the network (and the compiler, for native TensorFlow), then run the command again; training works on onnx meanwhile',
        cause: error,
      },
    );
  }
}

/** Fetches packages from npm's registry into a folder, without running what they bring. */
export const fetchPackages = (
  folder: string,
  packages: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> =>
  attempt(
    `npm could not fetch ${packages.map((each) => each.replace(/@[^@]*$/, '')).join(' and ')}`,
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages],
    folder,
    signal,
  );

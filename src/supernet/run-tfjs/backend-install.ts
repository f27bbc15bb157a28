import { execFile } from 'node:child_process';
import { access, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { LongRunning } from '../../base/progress.js';
import { BackendError, InterruptedError } from '../../errors.js';
import { nativeFolder, TENSORFLOW_VERSION, TFJS_NODE_VERSION } from './backend.js';
import { arrangeCuda, CUDA_WHEELS, TRIAL, tryOnGpu } from './cuda-install.js';
import { attempt, fetchPackages, installInto } from './install-folder.js';

const run = promisify(execFile);
const PACKAGE = join('node_modules', '@tensorflow', 'tfjs-node-gpu');
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/', 'xla/tsl/', 'absl/'];

/**
 * Builds `@tensorflow/tfjs-node-gpu` against the C library inside TensorFlow's Python wheel, since the package's own
 * download is often out of reach and old. Everything happens in a fresh folder that is renamed into place only after
 * the build has multiplied two matrices, so a failure changes nothing.
 * @returns the folder it is installed in
 */
export async function installNative(options: LongRunning & { readonly cuda?: boolean }): Promise<string> {
  const target = nativeFolder();
  const steps = 5;
  const step = (done: number, what: string) => {
    if (options.signal?.aborted) throw new InterruptedError('stopped; nothing was installed');
    options.onProgress?.(done, steps, what);
  };
  const python = await findPython();
  await needCompiler();
  return installInto(target, options.signal, async (folder) => {
    step(0, 'fetching tfjs-node-gpu');
    await writeFile(join(folder, 'package.json'), '{"private":true}\n');
    await fetchPackages(folder, [`@tensorflow/tfjs-node-gpu@${TFJS_NODE_VERSION}`], options.signal);
    step(1, 'fetching TensorFlow');
    const wheels = join(folder, 'wheels');
    const wanted = options.cuda
      ? [`tensorflow==${TENSORFLOW_VERSION}`, ...CUDA_WHEELS]
      : [`tensorflow-cpu==${TENSORFLOW_VERSION}`];
    await attempt(
      'pip could not fetch TensorFlow',
      python,
      ['-m', 'pip', 'download', '-q', '--no-deps', '-d', wheels, ...wanted],
      folder,
      options.signal,
    );
    step(2, 'unpacking the C library');
    await unpack(python, wheels, join(folder, PACKAGE), options.cuda === true, options.signal);
    await rm(wheels, { recursive: true });
    if (options.cuda === true) await arrangeCuda(join(folder, PACKAGE, 'deps'));
    step(3, 'compiling');
    await attempt(
      'the addon did not compile',
      'npx',
      ['--no-install', 'node-pre-gyp', 'install', '--build-from-source'],
      join(folder, PACKAGE),
      options.signal,
    );
    step(4, 'trying it');
    if (options.cuda === true) await tryOnGpu(folder, options.signal);
    else await attempt('the compiled backend does not run', process.execPath, ['-e', TRIAL], folder, options.signal);
    step(5, 'done');
  });
}

async function findPython(): Promise<string> {
  for (const name of ['python3', 'python']) {
    try {
      await run(name, ['-m', 'pip', '--version']);
      return name;
    } catch {
      // The next name may be there.
    }
  }
  throw missing('Python with pip (it fetches the TensorFlow library)', 'install python3 and python3-pip');
}

async function needCompiler(): Promise<void> {
  try {
    await run('make', ['--version']);
    await run(process.env['CXX'] ?? 'c++', ['--version']);
  } catch {
    throw missing(
      'a C++ compiler and make',
      'install build-essential (Debian), gcc-c++ and make (Fedora) or Xcode tools',
    );
  }
}

const missing = (what: string, remedy: string) =>
  new BackendError('BACKEND_INSTALL', `native TensorFlow needs ${what}, which is not here; nothing was changed`, {
    remedy,
  });

/** Takes the two libraries and the headers out of the wheel; Python is here already and reads zip files. */
async function unpack(
  python: string,
  wheels: string,
  target: string,
  cuda: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const deps = join(target, 'deps');
  const script = `
import pathlib, sys, zipfile
deps, headers = pathlib.Path(sys.argv[1]), sys.argv[3].split(',')
for wheel in pathlib.Path(sys.argv[2]).glob('*.whl'):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name in ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'):
                path = deps / 'lib' / pathlib.PurePosixPath(name).name
            elif any(name.startswith('tensorflow/include/' + header) for header in headers):
                path = deps / 'include' / name.removeprefix('tensorflow/include/')
            elif sys.argv[4] == 'cuda' and name.startswith('nvidia/'):
                path = deps / name
            else:
                continue
            if name.endswith('/'):
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(name))
`;
  await attempt(
    'the TensorFlow wheel could not be unpacked',
    python,
    ['-c', script, deps, wheels, HEADERS.join(','), cuda ? 'cuda' : 'cpu'],
    dirname(target),
    signal,
  );
  const lib = join(deps, 'lib');
  const present: string[] = await readdir(lib).catch(() => []);
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    if (!present.includes(name))
      throw missing(
        `${name} inside the TensorFlow wheel`,
        'this platform has no wheel with the C library; training works on wasm',
      );
  }
  await symlink('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
  await access(join(deps, 'include', 'tensorflow', 'c', 'c_api.h'));
}

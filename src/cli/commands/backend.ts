import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type Backend, tryNative, type Unavailable } from '../../supernet/run-tfjs/backend.js';
import { installNative } from '../../supernet/run-tfjs/backend-install.js';
import { tryWebgpu, webgpuFolder } from '../../supernet/run-tfjs/webgpu.js';
import { installWebgpu } from '../../supernet/run-tfjs/webgpu-install.js';
import { loadTrainingBackend } from '../../supernet/train/backend.js';
import { interruptible } from '../interruptible.js';
import { print, printData, withProgress } from '../terminal.js';

type Listed =
  | { readonly name: string; readonly available: true; readonly description: string }
  | { readonly name: string; readonly available: false; readonly reason: string };

export function defineBackendList(command: Command): void {
  command.option('--json', 'as JSON', false).action(async ({ json }: { readonly json: boolean }) => {
    const native = listed(await tryNative());
    const webgpu = listed(await tryWebgpu());
    const { description } = await loadTrainingBackend('onnx');
    const onnx = { name: 'onnx', available: true, description } as const;
    const wasm = { name: 'wasm', available: true, description: '@tensorflow/tfjs-backend-wasm' } as const;
    if (json) return printData(JSON.stringify([native, onnx, wasm, webgpu], null, 2));
    print(line(native));
    print(`${line(onnx)} (always there; the default without a GPU)`);
    print(`${line(wasm)} (always there)`);
    print(line(webgpu));
    if (!native.available) print('\nnpx supersam backend install   builds native TensorFlow into the user cache');
    if (!existsSync(webgpuFolder()))
      print('npx supersam backend install --webgpu   fetches WebGPU for a GPU of any make, experimental');
  });
}

const line = (backend: Listed): string =>
  `${backend.name.padEnd(8)}${backend.available ? backend.description : `not available: ${backend.reason}`}`;

const listed = (backend: Backend | Unavailable): Listed =>
  'reason' in backend
    ? { name: backend.name, available: false, reason: backend.reason }
    : { name: backend.name, available: true, description: backend.description };

export function defineBackendInstall(command: Command): void {
  command
    .option('--cuda', 'take the CUDA build of TensorFlow and its CUDA libraries (several GB)')
    .addOption(
      new Option(
        '--webgpu',
        'fetch WebGPU instead (90 MB): trains on a GPU of any make by its Vulkan, Metal or Direct3D 12 driver, experimental',
      ).conflicts('cuda'),
    )
    .addHelpText(
      'after',
      '\nNeeds the package registries and, without --webgpu, Python with pip, a C++ compiler and make. Nothing changes when it fails.',
    )
    .action(async ({ cuda = false, webgpu = false }: { readonly cuda?: boolean; readonly webgpu?: boolean }) => {
      const folder = await interruptible((signal) =>
        withProgress('backend install', (onProgress) =>
          webgpu ? installWebgpu({ onProgress, signal }) : installNative({ onProgress, signal, cuda }),
        ),
      );
      print(`installed in ${folder}`);
      const found = webgpu ? await tryWebgpu() : await tryNative();
      if (!('reason' in found)) print(found.description);
      else print(`it ${webgpu ? 'finds no device here' : 'does not load in this process'}: ${found.reason}`);
    });
}

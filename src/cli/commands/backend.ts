import type { Command } from 'commander';
import { tryNative } from '../../supernet/run-tfjs/backend.js';
import { installNative } from '../../supernet/run-tfjs/backend-install.js';
import { loadTrainingBackend } from '../../supernet/train/backend.js';
import { interruptible } from '../interruptible.js';
import { print, printData, withProgress } from '../terminal.js';

export function defineBackendList(command: Command): void {
  command.option('--json', 'as JSON', false).action(async ({ json }: { readonly json: boolean }) => {
    const native = await tryNative();
    const { description } = await loadTrainingBackend('onnx');
    if (json) {
      const backends = [
        'reason' in native
          ? { name: 'native', available: false, reason: native.reason }
          : { name: 'native', available: true, description: native.description },
        { name: 'onnx', available: true, description },
        { name: 'wasm', available: true, description: '@tensorflow/tfjs-backend-wasm' },
      ];
      return printData(JSON.stringify(backends, null, 2));
    }
    print(`native  ${'reason' in native ? `not available: ${native.reason}` : native.description}`);
    print(`onnx    ${description} (always there; the default without a GPU)`);
    print('wasm    @tensorflow/tfjs-backend-wasm (always there)');
    if ('reason' in native) print('\nnpx supersam backend install   builds native TensorFlow into the user cache');
  });
}

export function defineBackendInstall(command: Command): void {
  command
    .option('--cuda', 'take the CUDA build of TensorFlow and its CUDA libraries (several GB)')
    .addHelpText(
      'after',
      '\nNeeds Python with pip, a C++ compiler, make and the package registries. Nothing changes when it fails.',
    )
    .action(async (options: { cuda?: boolean }) => {
      const folder = await interruptible((signal) =>
        withProgress('backend install', (onProgress) =>
          installNative({ onProgress, signal, cuda: options.cuda === true }),
        ),
      );
      const native = await tryNative();
      print(`installed in ${folder}`);
      print('reason' in native ? `it does not load in this process: ${native.reason}` : native.description);
    });
}

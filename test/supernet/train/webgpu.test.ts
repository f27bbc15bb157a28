import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readModel, writeModel } from '../../../src/supernet/model/model-folder.js';
import { adapterName, webgpuFolder } from '../../../src/supernet/run-tfjs/webgpu.js';
import { tinyModel } from './tiny-model.js';

const main = resolve('dist/src/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'supersam-webgpu-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Chromium comes with a Vulkan device in software and with the loader that finds it. */
const CHROMIUM = '/usr/lib/chromium';
const driver = join(CHROMIUM, 'vk_swiftshader_icd.json');
const isInstalled = existsSync(webgpuFolder());
const hasDevice = isInstalled && existsSync(driver);
const isSlow = process.env['SUPERSAM_SLOW'] === '1';
/** The loader is found along a path that is read when a process starts. */
const software = { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: CHROMIUM };
const none = { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' };

function supersam(args: readonly string[], env: { readonly [name: string]: string }) {
  const options = { encoding: 'utf8', cwd: folder, env: { ...process.env, ...env } } as const;
  return spawnSync(process.execPath, [main, ...args], options);
}

const listed = (env: { readonly [name: string]: string }) =>
  (JSON.parse(supersam(['backend', 'list', '--json'], env).stdout) as readonly { readonly name: string }[]).find(
    ({ name }) => name === 'webgpu',
  );

it('says how WebGPU is had where it is not installed', () => {
  const empty = { XDG_CACHE_HOME: folder };
  expect(listed(empty)).toEqual({ name: 'webgpu', available: false, reason: 'not installed' });
  const { status, stderr } = supersam(['train', '-m', 'a', '-d', 'b', '-o', 'c', '--backend', 'webgpu'], empty);
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/WebGPU cannot be used: not installed\n.*supersam backend install --webgpu/);
});

it('names an adapter, and says when it is no GPU', () => {
  const info = { vendor: 'acme', architecture: 'one', device: '', description: 'Acme 7', isFallbackAdapter: false };
  expect(adapterName(info)).toBe('acme one, Acme 7');
  expect(adapterName({ ...info, isFallbackAdapter: true })).toBe('acme one, Acme 7, in software: no GPU');
});

it.skipIf(!isInstalled)('says so where no GPU has a driver', () => {
  expect(listed(none)).toMatchObject({ available: false, reason: expect.stringMatching(/^no adapter: /) });
  const { status, stderr } = supersam(['train', '-m', 'a', '-d', 'b', '-o', 'c', '--backend', 'webgpu'], none);
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/WebGPU cannot be used: no adapter: .*\n.*driver/);
});

describe.skipIf(!hasDevice)('on a device in software', () => {
  it('names the device, and that it is no GPU', () => {
    expect(listed(software)).toMatchObject({
      available: true,
      description: expect.stringMatching(/SwiftShader.*in software: no GPU \(experimental\)$/),
    });
  });

  // A step of SAM's decoder takes such a device a minute.
  it.skipIf(!isSlow)(
    'trains to the losses and weights of ONNX Runtime',
    async () => {
      await writeModel(join(folder, 'tiny'), tinyModel());
      const parameters = [
        { name: 'stage1.block0.mlp', type: 'ordinal', choices: [8, 32] },
        { name: 'stage2.block0.attention', type: 'boolean' },
        { name: 'stage3.block0.mlp', type: 'ordinal', choices: [0, 64] },
      ];
      writeFileSync(join(folder, 'space.json'), JSON.stringify({ name: 'tiny', parameters }));
      const trained = async (backend: string, env: { readonly [name: string]: string }) => {
        const recipe = ['--steps', '2', '--batch', '1', '--random', '0', '--medium', '0', '--backend', backend];
        const data = resolve('data/dsb2018-nuclei');
        const args = ['train', '-m', 'tiny', '-s', 'space.json', '-d', data, '-o', backend, ...recipe];
        const { status, stderr } = supersam(args, env);
        expect(status, stderr).toBe(0);
        const [, ...rows] = readFileSync(join(folder, backend, 'training.csv'), 'utf8')
          .trim()
          .split('\n');
        const logged = rows.map((row) => row.split(',').map(Number));
        const norms = logged.map((row) => row[2] as number);
        const losses = logged.flatMap((row) => row.slice(3, 5));
        return { losses, norms, weights: (await readModel(join(folder, backend))).weights };
      };
      const onnx = await trained('onnx', {});
      const webgpu = await trained('webgpu', software);
      expect(onnx.losses).toHaveLength(4);
      for (const [i, loss] of onnx.losses.entries())
        expect(Math.abs((webgpu.losses[i] as number) / loss - 1)).toBeLessThan(1e-3);
      for (const [i, norm] of onnx.norms.entries())
        expect(Math.abs((webgpu.norms[i] as number) / norm - 1)).toBeLessThan(1e-2);
      let [apart, size] = [0, 0];
      for (const [name, { data }] of onnx.weights) {
        const its = webgpu.weights.get(name)?.data ?? [];
        for (const [i, value] of data.entries()) {
          apart += (value - (its[i] as number)) ** 2;
          size += value ** 2;
        }
      }
      expect(Math.sqrt(apart / size)).toBeLessThan(1e-3);
    },
    1_200_000,
  );
});

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/trim-packages.mjs');

it('takes out what is never run here, and keeps what this system and the interactive page need', () => {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-trim-'));
  const put = (path: string) => {
    mkdirSync(dirname(join(folder, 'node_modules', path)), { recursive: true });
    writeFileSync(join(folder, 'node_modules', path), 'x');
    return () => existsSync(join(folder, 'node_modules', path));
  };
  const bin = (platform: string, arch: string) => put(`onnxruntime-node/bin/napi-v6/${platform}/${arch}/a.node`);
  const own = bin(process.platform, process.arch);
  const foreign = [bin('plan9', process.arch), bin(process.platform, 'pdp11')];
  const door = createRequire(import.meta.url).resolve('onnxruntime-web/wasm');
  const needed = [basename(door), 'ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm'];
  const kept = needed.map((name) => put(`onnxruntime-web/dist/${name}`));
  const dropped = [
    put('onnxruntime-web/dist/ort-wasm-simd-threaded.jsep.wasm'),
    put('onnxruntime-web/dist/ort.all.min.js.map'),
    put('@tensorflow/tfjs-core/dist/ops/add.js.map'),
  ];
  const other = [
    put('@tensorflow/tfjs-core/dist/ops/add.js'),
    put('onnxruntime-web/package.json'),
    put('a/dist/a.js.map'),
  ];

  for (let run = 0; run < 2; run++) execFileSync(process.execPath, [script, folder], { stdio: 'pipe' });
  expect([own, ...kept, ...other].map((isThere) => isThere())).not.toContain(false);
  expect([...foreign, ...dropped].map((isThere) => isThere())).not.toContain(true);
  expect(readdirSync(dirname(door))).toEqual(expect.arrayContaining(needed));
});

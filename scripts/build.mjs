// Builds dist/ afresh: no module of an earlier build stays behind, and dist/sources.sha256 says of which sources it is.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { hashSources, root } from './hash-sources.mjs';

// npm runs this after an install, too, which may have left out what building needs; nothing is packed without it.
const { rolldown } = await import('rolldown').catch((cause) => {
  if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
  const isInstall = ['ci', 'install'].includes(process.env.npm_command);
  console[isInstall ? 'log' : 'error']('dist/ is not built: that needs the development packages (npm ci)');
  process.exit(isInstall ? 0 : 1);
});

const hash = await hashSources();
await rm(join(root, 'dist'), { recursive: true, force: true });
// The compiler's own door: its package exports only its package.json, beside which the program lies.
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
for (const project of ['tsconfig.build.json', 'tsconfig.client.json']) {
  execFileSync(process.execPath, [tsc, '-p', join(root, project)], { stdio: 'inherit' });
}

// What tsc does not copy: SQL migrations and other assets beside the sources.
for (const entry of await readdir(join(root, 'src'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(sql|json|css|html|svg)$/.test(entry.name)) continue;
  const from = join(entry.parentPath, entry.name);
  const to = join(root, 'dist', from.slice(root.length + 1));
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to);
}

// The scripts of pages, each in one file, so that they need neither a build nor a network where the package is used.
const extensionAlias = { '.js': ['.ts', '.tsx', '.js'] };
const page = join(root, 'dist/src/dashboard/client');
for (const [input, file] of [
  ['src/dashboard/client/main.tsx', join(page, 'page.js')],
  ['src/supernet/interactive/client/main.ts', join(root, 'dist/src/supernet/interactive/client/page.js')],
]) {
  const bundle = await rolldown({
    input: join(root, input),
    platform: 'browser',
    resolve: { extensionAlias },
    transform: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  });
  await bundle.write({ file, format: 'es', minify: true });
  await bundle.close();
}
await cp(join(root, 'node_modules/uplot/dist/uPlot.min.css'), join(page, 'uplot.css'));

// ONNX Runtime as pages take it along: two files and their licence out of a package of 143 MB, which nothing else needs.
const runtime = join(root, 'dist/src/supernet/interactive/runtime');
await mkdir(runtime);
for (const file of ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm']) {
  await cp(join(root, 'node_modules/onnxruntime-browser/dist', file), join(runtime, file));
}
await cp(join(root, 'scripts/onnxruntime-license.txt'), join(runtime, 'LICENSE'));

await writeFile(join(root, 'dist/sources.sha256'), `${hash}\n`);

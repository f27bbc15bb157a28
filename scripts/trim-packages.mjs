// Takes out of node_modules what is never run here: other systems' builds of ONNX Runtime, the browser builds that no page
// of this package holds, and source maps of TensorFlow.js. A checkout comes to 460 MB in place of 830.
//   node scripts/trim-packages.mjs [FOLDER]      FOLDER has the node_modules; prints what it saved
// `npm ci` runs it in a checkout, and puts all of it back when run again.

import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is kept of onnxruntime-web: the one build that the interactive page holds, by its three doors, and its program. */
const BROWSER_BUILD = /^ort\.(wasm|node)(\.bundle)?\.min\.m?js$|^ort-wasm-simd-threaded\.(wasm|mjs)$/;

const folder = join(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)), 'node_modules');
const saved = [
  ...entries('onnxruntime-node/bin')
    .flatMap((version) => entries(version).flatMap((platform) => entries(platform)))
    .filter((path) => !path.endsWith(join(process.platform, process.arch))),
  ...entries('onnxruntime-web/dist').filter((path) => !BROWSER_BUILD.test(path.split(/[\\/]/).at(-1))),
  ...['tfjs-core', 'tfjs-backend-wasm', 'tfjs-backend-cpu'].flatMap((name) => maps(`@tensorflow/${name}/dist`)),
].reduce((bytes, path) => bytes + remove(path), 0);
if (saved > 0) console.log(`took ${Math.round(saved / 1e6)} MB out of node_modules that are never run here`);

/** Paths below node_modules; none where there is no such folder. */
function entries(path) {
  try {
    return readdirSync(join(folder, path)).map((name) => join(path, name));
  } catch {
    return [];
  }
}

function maps(path) {
  return entries(path).flatMap((found) => (/\.map$/.test(found) ? [found] : /\.\w+$/.test(found) ? [] : maps(found)));
}

/** @returns bytes */
function remove(path) {
  const bytes = sizeOf(path);
  if (bytes > 0) rmSync(join(folder, path), { recursive: true });
  return bytes;
}

function sizeOf(path) {
  const found = statSync(join(folder, path), { throwIfNoEntry: false });
  if (found === undefined) return 0;
  return found.isDirectory() ? entries(path).reduce((sum, entry) => sum + sizeOf(entry), 0) : found.size;
}

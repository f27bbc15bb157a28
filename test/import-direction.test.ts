import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
/** design.md section 2: imports point downwards in this list only (a room may import itself and those before it). */
const rooms = [
  'errors.ts',
  'base',
  'core',
  'numerics',
  'pareto',
  'search-space',
  'technique-kit',
  'study',
  'store',
  'interop',
  'oracles',
  'executors',
  'plugins',
  'charts',
  'analysis',
  'report',
  'compare',
  'supernet',
  'dashboard',
  'cli',
];
/** The same inside src/supernet: what a network is, what runs it, what is done with it, and the chain of all that. */
const supernetRooms = [
  'formats',
  'model',
  'convert',
  'run-onnx',
  'run-tfjs',
  'train-onnx',
  'data',
  'method',
  'train',
  'oracle',
  'report',
  'predict',
  'interactive',
  'chain',
  'pipeline',
];
/** The public door and the contract suites re-export from anywhere below them. */
const doors = ['index.ts', 'kit.ts', 'minimize.ts', 'sam.ts', 'testing'];

const importLines = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^'\n]+)'/g)].map((match) => match[1] as string);
/** Without imports of types, which are gone when it runs. */
const importedAtRunTime = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/^(?!import type|export type).*(?:from|import)\s*\(?\s*'([^'\n]+)'/gm)].map(
    (match) => match[1] as string,
  );
const sources = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
const roomOf = (file: string, house = 'src') =>
  relative(join(root, house), file).split('/')[0]?.replace(/\.js$/, '.ts') ?? '';
const wrongImports = (file: string, order: readonly string[], house: string) =>
  importLines(file)
    .filter((path) => path.startsWith('.'))
    .map((path) => resolve(file, '..', path))
    .filter((target) => target.startsWith(join(root, house, '/')))
    .map((target) => roomOf(target, house))
    .filter((target) => order.indexOf(target) < 0 || order.indexOf(target) > order.indexOf(roomOf(file, house)));

describe('import direction', () => {
  for (const file of sources('src')) {
    const room = roomOf(file);
    if (doors.includes(room)) continue;
    it(`${relative(root, file)} imports only its own room and those before it`, () => {
      expect(wrongImports(file, rooms, 'src')).toEqual([]);
    });
  }
  for (const file of sources('src/supernet')) {
    it(`${relative(root, file)} imports only its own room of the supernet and those before it`, () => {
      expect(wrongImports(file, supernetRooms, 'src/supernet')).toEqual([]);
    });
  }

  it('keeps the study free of tfjs, ONNX Runtime and SQLite', () => {
    const heavy = sources('src/study')
      .flatMap(importLines)
      .filter((path) => /tensorflow|onnxruntime|sqlite/.test(path));
    expect(heavy).toEqual([]);
  });

  it('imports tfjs and ONNX Runtime where they are run and nowhere else', () => {
    const outside = sources('src')
      .filter((file) => !/supernet\/(run-tfjs|run-onnx|train-onnx)\//.test(file))
      .filter((file) => importedAtRunTime(file).some((path) => /tensorflow|onnxruntime/.test(path)));
    expect(outside).toEqual([]);
  });

  it('imports ONNX Runtime for Node in one place, behind what switches its telemetry off', () => {
    const places = sources('src').filter((file) => importedAtRunTime(file).some((path) => path === 'onnxruntime-node'));
    expect(places.map((file) => relative(root, file))).toEqual(['src/supernet/run-onnx/onnxruntime.ts']);
    expect(importLines(places[0] as string)).toEqual(['../../base/no-telemetry.js', 'onnxruntime-node']);
  });

  it('lets technique files import the kit alone, by its public name', () => {
    const wrong = sources('techniques')
      .flatMap(importLines)
      .filter((path) => path !== 'supersam/kit');
    expect(wrong).toEqual([]);
  });
});

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
  'compare',
  'supernet',
  'dashboard',
  'cli',
];
/** The public door and the contract suites re-export from anywhere below them. */
const doors = ['index.ts', 'testing'];

const importLines = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^'\n]+)'/g)].map((match) => match[1] as string);
const sources = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
const roomOf = (file: string) => relative(join(root, 'src'), file).split('/')[0]?.replace(/\.js$/, '.ts') ?? '';

describe('import direction', () => {
  for (const file of sources('src')) {
    const room = roomOf(file);
    if (doors.includes(room)) continue;
    it(`${relative(root, file)} imports only its own room and those before it`, () => {
      const wrong = importLines(file)
        .filter((path) => path.startsWith('.'))
        .map((path) => roomOf(resolve(file, '..', path)))
        .filter((target) => rooms.indexOf(target) < 0 || rooms.indexOf(target) > rooms.indexOf(room));
      expect(wrong).toEqual([]);
    });
  }

  it('keeps the study free of tfjs, ONNX Runtime and SQLite', () => {
    const heavy = sources('src/study')
      .flatMap(importLines)
      .filter((path) => /tensorflow|onnxruntime|sqlite/.test(path));
    expect(heavy).toEqual([]);
  });

  it('lets technique files import the package by its public name alone', () => {
    const wrong = sources('techniques')
      .flatMap(importLines)
      .filter((path) => path !== 'supersam');
    expect(wrong).toEqual([]);
  });
});

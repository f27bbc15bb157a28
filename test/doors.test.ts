import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What a fresh process has loaded after it imported a door of the built package: CommonJS modules and addons. */
const loadedBy = (door: string): string[] =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `await import('supersam${door}');
         const { createRequire } = await import('node:module');
         console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)));`,
      ],
      { cwd: root, encoding: 'utf8' },
    ),
  ) as string[];

it('loads no addon with the package itself: neither SQLite nor ONNX Runtime nor TensorFlow nor sharp', () => {
  for (const door of ['', '/kit', '/techniques/gaussian-process']) {
    const heavy = loadedBy(door).filter((path) => /\.node$|better-sqlite3|onnxruntime|tensorflow|sharp/.test(path));
    expect(heavy, `supersam${door}`).toEqual([]);
  }
});

it('exports what its users need, and not the parts of techniques', async () => {
  const names = Object.keys(await import('supersam'));
  expect(names).toEqual(expect.arrayContaining(['minimize', 'maximize', 'space', 'createStudy', 'openSqliteStore']));
  expect(names).not.toContain('createGaussianProcess');
  expect(Object.keys(await import('supersam/kit'))).toEqual(
    expect.arrayContaining(['defineTechnique', 'createGaussianProcess', 'vary', 'hypervolume']),
  );
});

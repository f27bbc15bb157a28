import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readStudies } from '../../src/store/sqlite.js';
import { writeModel } from '../../src/supernet/model/model-folder.js';
import { fewNuclei } from '../supernet/train/distillation/tiny-student.js';
import { tinyModel } from '../supernet/train/tiny-model.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'supersam-full-'));
const disk = join(folder, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', disk]).status === 0;
const run = (...args: readonly string[]) => {
  const main = join(root, 'dist/src/cli/main.js');
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', cwd: folder });
};
const data = fewNuclei({ train: 2, val: 2 });
const objective = ['--objective', 'v:min', '--technique', 'random'];
const problem = ['--space', join(folder, 'space.json'), '--oracle', `module:${join(folder, 'sum.mjs')}`, ...objective];

beforeAll(async () => {
  const axis = (name: string) => ({ name, type: 'integer', min: 0, max: 100_000 });
  writeFileSync(join(folder, 'space.json'), JSON.stringify({ name: 's', parameters: [axis('a'), axis('b')] }));
  writeFileSync(join(folder, 'sum.mjs'), 'export default ({ a, b }) => ({ v: a + b });');
  run('search', ...problem, '--trials', '20', '--study', 'here.db');
  await writeModel(join(folder, 'model'), tinyModel());
});
afterAll(() => {
  rmSync(data, { recursive: true, force: true });
  if (mounted) spawnSync('umount', [disk]);
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!mounted)('a full disk (a small tmpfs, where mounting is allowed)', () => {
  it('ends a search with one line and loses no trial', () => {
    const { status, stderr } = run('search', ...problem, '--trials', '5000', '--study', join(disk, 's.db'));
    expect(status).toBe(1);
    expect(stderr).toContain('the disk is full');
    expect(stderr).not.toContain(' at ');
    const reader = readStudies(join(disk, 's.db'));
    const { finished = [] } = reader.read('study') ?? {};
    reader.close();
    expect(finished.length).toBeGreaterThan(0);
    expect(run('verify', join(disk, 's.db')).status).toBe(0);
    rmSync(join(disk, 's.db'));
    for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true });
  });

  it.each([
    ['search', ...problem, '--trials', '5', '--study', join(disk, 'new.db')],
    [
      'compare',
      ...problem.slice(0, 6),
      '--techniques',
      'random',
      '--seeds',
      '2',
      '--trials',
      '4',
      '--out',
      join(disk, 'out'),
    ],
    ['report', 'here.db', '--output', join(disk, 'out')],
    [
      ...['train', '--model', join(folder, 'model'), '--data', data, '--mode', 'full-only', '--steps', '1'],
      ...['--batch', '1', '--backend', 'onnx', '--output', join(disk, 'out')],
    ],
    ['copy', 'here.db', join(disk, 'copy.db')],
    ['backup', 'here.db', join(disk, 'backup.db')],
    ['doctor', 'here.db', '--repair', join(disk, 'saved.db')],
    ['pareto', 'here.db', '--output', join(disk, 'front.csv')],
    ['space', 'generate', 'mobilesam', '--output', join(disk, 'space.json')],
  ])('is told of by %s, which leaves nothing half done', (...args) => {
    // To the last byte: what is written in the smallest pieces fits nowhere.
    writeFileSync(join(disk, 'fill'), Buffer.alloc(0));
    const { status: filled } = spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=1k', 'count=10000']);
    expect(filled).not.toBe(0);
    const { status, stderr } = run(...args);
    expect(stderr).toMatch(/disk is full|ENOSPC|cannot be read or written/);
    expect(stderr).not.toMatch(/unexpected|\n {4}at /);
    expect(status).toBe(1);
    const left = readdirSync(disk, { recursive: true }).map(String);
    expect(left.filter((name) => name !== 'fill' && statSync(join(disk, name)).isFile())).toEqual([]);
    if (existsSync(join(disk, 'out'))) rmSync(join(disk, 'out'), { recursive: true });
  });
});

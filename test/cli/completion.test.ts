import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionScript } from '../../src/cli/completion-script.js';
import { createProgram, loadCommands } from '../../src/cli/program.js';

const program = createProgram();
await loadCommands(program);
const folder = mkdtempSync(join(tmpdir(), 'supersam-complete-'));
writeFileSync(join(folder, 'study.db'), '');
writeFileSync(join(folder, 'script.sh'), completionScript(program, 'bash'));

/** What bash would offer after these words, the last of which is being written. */
function offered(...words: readonly string[]): string[] {
  const list = ['supersam', ...words].map((word) => `'${word}'`).join(' ');
  const script = `source script.sh; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _supersam; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('in bash', () => {
  it.each<readonly [readonly string[], readonly string[]]>([
    [['tri'], ['trials']],
    [
      ['space', 's'],
      ['show', 'sample', 'schema'],
    ],
    [['search', '--tri'], ['--trials']],
    [['importance', 's.db', '--method', 'f'], ['fanova']],
    [['show', 'stu'], ['study.db']],
    [['search', '--study', 'stu'], ['study.db']],
    [['trials', 'study.db', '--w'], ['--where']],
  ])('%j gives %j', (words, expected) => {
    expect(offered(...words).sort()).toEqual([...expected].sort());
  });

  it('offers every command', () => {
    expect(offered('').sort()).toEqual(expect.arrayContaining(program.commands.map((command) => command.name())));
  });
});

it('is a script for zsh by its bash completion, and names commands and choices for fish', () => {
  expect(completionScript(program, 'zsh')).toContain('bashcompinit');
  const fish = completionScript(program, 'fish');
  expect(fish).toMatch(/-n '__fish_use_subcommand' -f -a trials -d 'print the trials/);
  expect(fish).toMatch(/__fish_seen_subcommand_from importance' -l method -r -f -a 'ped-anova fanova'/);
});

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/** Where development packages were left out, nothing that a script of the project imports is found. */
describe('building without the development packages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'without-development-'));
  cpSync(fileURLToPath(new URL('../../scripts', import.meta.url)), join(folder, 'scripts'), { recursive: true });
  afterAll(() => rmSync(folder, { recursive: true }));
  const build = (npmCommand: string) =>
    spawnSync(process.execPath, [join(folder, 'scripts/build.mjs')], {
      encoding: 'utf8',
      env: { ...process.env, npm_command: npmCommand },
    });

  it.each(['ci', 'install'])('is passed over in one line after npm %s', (command) => {
    const { status, stdout, stderr } = build(command);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^dist\/ is not built: .*\n$/);
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  it.each(['run-script', 'pack', 'publish'])('is an error of npm %s, which needs what is built', (command) => {
    const { status, stderr } = build(command);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^dist\/ is not built: .*npm ci.*\n$/);
  });
});

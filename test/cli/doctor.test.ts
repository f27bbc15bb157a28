import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { readStudies } from '../../src/store/sqlite.js';
import { runCommand } from './run-command.js';

const assets = join(import.meta.dirname, '../assets');
const folder = mkdtempSync(join(tmpdir(), 'supersam-doctor-'));
const db = join(folder, 's.db');

beforeAll(async () => {
  const table = ['--space', `${assets}/small-space.json`, '--oracle', `table:${assets}/small-table.csv`];
  await runCommand(
    'search',
    ...table,
    '--objective',
    'error:min',
    '--technique',
    'random',
    '--trials',
    '9',
    '--study',
    db,
  );
  const raw = new Database(db);
  raw.pragma('journal_mode = DELETE');
  raw.close();
});

describe('supersam doctor', () => {
  it('says what the machine has, the same as JSON', async () => {
    const { out } = await runCommand('doctor', '--json');
    const checks = JSON.parse(out) as { readonly name: string; readonly state: string }[];
    const state = (name: string) => checks.find((check) => check.name === name)?.state;
    for (const name of ['node', 'sqlite', 'onnxruntime-node', 'sharp', '@tensorflow/tfjs-backend-wasm', 'memory'])
      expect(state(name), name).toBe('ok');
    const plain = await runCommand('doctor');
    expect(plain.out).toMatch(/^ok +node/);
  }, 60_000);

  it('finds a database sound, and a damaged one not, and saves what can be read', async () => {
    expect((await runCommand('doctor', db)).out).toContain('study "study": 9 finished trials');
    const damaged = join(folder, 'damaged.db');
    const content = readFileSync(db);
    const raw = new Database(db, { readonly: true });
    const root = raw.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'trial_value'").pluck().get() as number;
    const size = raw.pragma('page_size', { simple: true }) as number;
    raw.close();
    writeFileSync(damaged, content.fill(0, (root - 1) * size, root * size));
    await expect(runCommand('doctor', damaged)).rejects.toMatchObject({ code: 'STUDY_DAMAGED', exitCode: 1 });
    const { out } = await runCommand('doctor', damaged, '--repair', join(folder, 'saved.db'));
    // Every value is gone and every configuration is there; the one trial without values has lost nothing.
    expect(out).toMatch(/partly +study "study": 1 finished trials, 8 open/);
    expect(out).toContain('trial 8: its result cannot be read; it is measured again');
    expect((await runCommand('doctor', join(folder, 'saved.db'))).out).toContain('8 open');
    expect(readFileSync(damaged).equals(content)).toBe(true);
  });

  it('leaves no file when nothing can be read, and refuses what is none', async () => {
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'no database');
    await expect(runCommand('doctor', text)).rejects.toThrow(/not a SQLite database/);
    const nothing = join(folder, 'nothing.db');
    writeFileSync(nothing, readFileSync(db).fill(0, 4096));
    await expect(runCommand('doctor', nothing, '--repair', join(folder, 'none.db'))).rejects.toThrow(/no trial/);
    expect(existsSync(join(folder, 'none.db'))).toBe(false);
  });

  it('backs up and renames', async () => {
    await runCommand('backup', db, join(folder, 'copy.db'));
    await runCommand('rename', join(folder, 'copy.db'), 'first');
    const reader = readStudies(join(folder, 'copy.db'));
    expect(reader.names()).toEqual(['first']);
    expect(reader.read('first')?.finished).toHaveLength(9);
    reader.close();
    await runCommand('copy', join(folder, 'copy.db'), `${join(folder, 'copy.db')}:second`);
    await expect(runCommand('rename', `${join(folder, 'copy.db')}:second`, 'first')).rejects.toThrow(
      /holds a study "first"/,
    );
    // Its seals cover no name.
    await runCommand('verify', `${join(folder, 'copy.db')}:first`);
  });

  it('says of a newer schema which release to install', async () => {
    const newer = join(folder, 'newer.db');
    writeFileSync(newer, readFileSync(db));
    const raw = new Database(newer);
    raw.pragma('user_version = 77');
    raw.prepare(`UPDATE environment SET detail = '{"supersam":"3.1.4"}'`).run();
    raw.close();
    for (const args of [
      ['trials', newer],
      ['doctor', newer],
      ['list', newer],
    ])
      await expect(runCommand(...args)).rejects.toMatchObject({
        code: 'STUDY_SCHEMA',
        remedy: expect.stringContaining('supersam@3.1.4'),
      });
  });
});

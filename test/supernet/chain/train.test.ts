import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { train } from '../../../src/supernet/chain/train.js';
import { loadBackend } from '../../../src/supernet/run-tfjs/backend.js';
import { tinyModel } from '../train/tiny-model.js';

it('refuses an input that no memory holds in one line, before any image is made ready', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-huge-'));
  try {
    const backend = await loadBackend('wasm');
    const training = train(tinyModel(), { output: folder, mode: 'full-only', inputSize: 65_536, backend });
    await expect(training).rejects.toMatchObject({ code: 'BACKEND_MEMORY' });
    await expect(training).rejects.not.toThrow(/\n/);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

/// <reference types="vite/types/importMeta.d.ts" />
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTechnique, type TechniqueDefinition } from 'supersam';
import { type GoldenTrace, goldenTrace } from 'supersam/testing';
import { describe, expect, it } from 'vitest';

/**
 * One reviewed file a technique. To write those that are missing or meant to change:
 * `SUPERSAM_UPDATE_GOLDEN=name,name npx vitest run test/golden-traces.test.ts`, or `=all`; then read the difference.
 */
const folder = join(import.meta.dirname, 'assets', 'golden');
const updated = (process.env['SUPERSAM_UPDATE_GOLDEN'] ?? '').split(',');

const modules = import.meta.glob<{ default: TechniqueDefinition }>('../techniques/*.ts', { eager: true });
const registry = new Map(Object.values(modules).map(({ default: definition }) => [definition.name, definition]));

describe('golden traces', () => {
  for (const name of registry.keys()) {
    it(`${name} proposes what it did`, async () => {
      const trace = await goldenTrace(() => createTechnique(name, registry));
      const file = join(folder, `${name}.json`);
      if (updated.includes(name) || updated.includes('all')) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(file, `${JSON.stringify(trace, null, 2)}\n`);
      }
      expect(existsSync(file), `${file} is missing: see the top of this test`).toBe(true);
      expect(trace).toEqual(JSON.parse(readFileSync(file, 'utf8')) as GoldenTrace);
    });
  }

  it('has no trace of a technique that is gone', () => {
    expect(readdirSync(folder).filter((file) => !registry.has(file.replace(/\.json$/, '')))).toEqual([]);
  });
});

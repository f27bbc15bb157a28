import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpace } from '../../src/plugins/load-space.js';
import { definitionSchema, spaceSchema } from '../../src/search-space/definition.js';

it('publishes the schema of the file format (`supersam space schema` prints it)', async () => {
  const published = await readFile(new URL('../../search-spaces/schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(spaceSchema());
});

describe('loadSpace', () => {
  it('finds files by path and says what there is when there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'supersam-space-'));
    const file = join(folder, 'two.json');
    await writeFile(file, JSON.stringify({ name: 'two', parameters: [{ name: 'x', type: 'boolean' }] }));
    expect((await loadSpace(file)).size()).toBe(2n);
    expect((await loadSpace(file, { constraints: ['x'] })).size()).toBe(1n);
    await expect(loadSpace(join(folder, 'three.json'))).rejects.toThrow('there is no search-space file');
  });

  it('finds the package’s spaces by name, with a suggestion for a near miss', async () => {
    const names = JSON.stringify(await loadSpace('nothing-like-it').catch((error: { remedy: string }) => error.remedy));
    expect(names).toContain('tinyvit-nuclei');
    expect(names).not.toContain('schema');
    expect((await loadSpace('tinyvit-nuclei')).size()).toBeGreaterThan(1n);
    await expect(loadSpace('tinyvit-nucleii')).rejects.toThrow('Did you mean "tinyvit-nuclei"?');
  });

  it('ships spaces that its own schema describes', async () => {
    const text = await readFile(new URL('../../search-spaces/tinyvit-nuclei.json', import.meta.url), 'utf8');
    expect(definitionSchema.safeParse(JSON.parse(text)).success).toBe(true);
  });
});

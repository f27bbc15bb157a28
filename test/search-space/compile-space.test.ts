import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { SpaceError } from '../../src/errors.js';
import { compileSpace } from '../../src/search-space/compile-space.js';
import type { SpaceDefinition } from '../../src/search-space/definition.js';
import { space } from '../../src/search-space/space-builder.js';

const thrown = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof SpaceError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};
const example = () =>
  space('example').boolean('keep3').ordinal('width3', [256, 512, 1024], { when: 'keep3' }).integer('block', 1, 64);

describe('constraints that cannot be met', () => {
  it('are named with the range seen, in a space small enough to list', () => {
    const error = thrown(() => example().constraint('block <= 32').constraint('block > 64').compile());
    expect(error.code).toBe('SPACE_UNSATISFIABLE');
    expect(error.message).toBe(
      'space "example": constraint "block > 64" holds in none of its 256 configurations; its left side ranges from 1 to 64',
    );
  });

  it('are named over analytic metrics of a large space', () => {
    const large = Array.from({ length: 30 }, (_, i) => `b${i}`).reduce(
      (builder, name) => builder.boolean(name),
      space('l'),
    );
    const analyze = (c: object) => ({ macs: 100 + Object.values(c).filter((value) => value === true).length });
    const error = thrown(() => large.compile({ constraints: ['macs < 90'], analyze }));
    expect(error.code).toBe('SPACE_UNSATISFIABLE');
    expect(error.message).toContain('constraint "macs < 90" holds in none of 256 drawn configurations; its left side');
  });

  it('are told when each could be met alone', () => {
    expect(thrown(() => example().constraint('block > 40').constraint('block < 30').compile()).message).toContain(
      'no configuration meets all constraints',
    );
  });
});

describe('bad expressions', () => {
  it('suggest the name meant and mark the place', () => {
    const error = thrown(() => example().constraint('keep3 && blokc <= 32').compile());
    expect(error.code).toBe('SPACE_EXPRESSION');
    expect(error.message).toContain('unknown name "blokc". Did you mean "block"? (column 10)');
    expect(error.remedy).toBe(`keep3 && blokc <= 32\n  ${' '.repeat(9)}^`);
  });

  it('refuse a condition on a later parameter', () => {
    expect(thrown(() => space('s').boolean('a', { when: 'b' }).boolean('b').compile()).message).toContain(
      'not declared before',
    );
  });
});

describe('canonical', () => {
  it('drops what is inactive and says what is wrong', () => {
    const subject = example().compile();
    expect(subject.canonical({ block: 3, width3: 512, keep3: false })).toEqual({ keep3: false, block: 3 });
    expect(thrown(() => subject.canonical({ block: 3, keep3: true })).code).toBe('SPACE_VALUE_MISSING');
    expect(thrown(() => subject.canonical({ block: 3.5, keep3: false })).code).toBe('SPACE_VALUE_OUTSIDE');
    expect(thrown(() => subject.canonical({ blok: 3, keep3: false })).message).toContain('Did you mean "block"?');
  });
});

describe('hash', () => {
  const { definition } = example().constraint('block <= 32 || keep3');
  it('ignores spelling and stays the same over versions', () => {
    const { hash } = compileSpace(definition);
    const respelled = { ...definition, description: 'words', constraints: [' block<=32  ||keep3 '] };
    expect(compileSpace(respelled).hash).toBe(hash);
    expect(hash).toMatchInlineSnapshot(`"c234850254d8f00275514e61fe8d890347597db7b33abc22a9c98767f1cdb547"`);
  });

  it('changes with a choice, a weight or a constraint', () => {
    const hashes = [
      example(),
      example().boolean('more'),
      example().constraint('keep3'),
      space('example').boolean('keep3', { weights: [1, 2] }),
      space('example').boolean('keep3'),
    ].map((builder) => builder.compile().hash);
    expect(new Set(hashes).size).toBe(5);
  });
});

it('draws the same from equal generators, whatever was drawn before', () => {
  const make = () => space('s').integer('a', 0, 99).integer('b', 0, 99).constraint('a * b == 99').compile();
  const used = make();
  for (let i = 0; i < 50; i++) used.sample(createRng('other', i));
  expect(used.sample(createRng(7))).toEqual(make().sample(createRng(7)));
});

it('refuses to enumerate a continuum', () => {
  const subject = space('s').float('x', 0, 1).compile();
  expect(thrown(() => subject.enumerate()).code).toBe('SPACE_INFINITE');
});

describe('a definition from code without types', () => {
  const loose = (definition: unknown) => () => compileSpace(definition as SpaceDefinition);

  it('is refused where a key is not known, as in a file', () => {
    const parameter = { name: 'x', type: 'float', min: 0.01, max: 100 };
    expect(loose({ name: 's', parameters: [{ ...parameter, log: true }] })).toThrow(
      'space "s": parameters[0].log: unknown key',
    );
    expect(loose({ name: 's', parameters: [parameter], constraint: ['x < 1'] })).toThrow(
      'space "s": constraint: unknown key. Did you mean "constraints"?',
    );
    expect(() =>
      space('s')
        .float('x', 0.01, 100, { log: true } as object)
        .compile(),
    ).toThrow(/unknown key/);
  });

  it('is refused where a key is missing or of another type', () => {
    expect(loose({ name: 's', parameters: [{ name: 'x', type: 'float', min: 0.01 }] })).toThrow(
      'space "s": parameters[0].max: is missing',
    );
    expect(loose({ name: 's', parameters: [{ name: 'x', type: 'real', min: 0, max: 1 }] })).toThrow(
      'space "s": parameters[0].type: unknown type "real"',
    );
  });
});

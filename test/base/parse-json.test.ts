import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, RepeatedKeyError } from '../../src/base/parse-json.js';

describe('JSON that others wrote', () => {
  it('is what JSON.parse gives where every key stands once', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(2), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        expect(parseJson(text)).toEqual(JSON.parse(text));
        expect(parseJson(spaced)).toEqual(JSON.parse(spaced));
      }),
      { seed: 3 },
    );
  });

  it('is refused with the key wherever one is repeated, however it is spelled', () => {
    // Built by hand: objects are lists of pairs, in which any key may return.
    const { tree } = fc.letrec<{ tree: { text: string; doubles: number } }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc
          .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.constantFrom(null, true))
          .map((leaf) => ({ text: JSON.stringify(leaf), doubles: 0 })),
        fc.array(tie('tree'), { maxLength: 4 }).map((items) => ({
          text: `[${items.map(({ text }) => text).join(', ')}]`,
          doubles: items.reduce((sum, { doubles }) => sum + doubles, 0),
        })),
        fc
          .array(
            fc.tuple(fc.constantFrom('a', '\\', '"', ':', '{', '__proto__', '1', 'é'), fc.boolean(), tie('tree')),
            {
              maxLength: 4,
            },
          )
          .map((pairs) => ({
            text: `{${pairs
              .map(([key, isEscaped, { text }]) => {
                const escaped = `"${[...key].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
                return `${isEscaped ? escaped : JSON.stringify(key)}\n: ${text}`;
              })
              .join(',')}}`,
            doubles:
              pairs.reduce((sum, [, , { doubles }]) => sum + doubles, 0) +
              pairs.length -
              new Set(pairs.map(([key]) => key)).size,
          })),
      ),
    }));
    fc.assert(
      fc.property(tree, ({ text, doubles }) => {
        if (doubles === 0) expect(parseJson(text)).toEqual(JSON.parse(text));
        else expect(() => parseJson(text)).toThrow(RepeatedKeyError);
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it('names the key and its line, and stands nesting without end', () => {
    expect(() => parseJson('{"a": 1, "a": 2}')).toThrow(/^"a" is given twice$/);
    expect(() => parseJson('{"b": {"a": 1,\n"c": "\\"a\\":",\n"a": 2}}')).toThrow(/^"a" is given twice, .* in line 3$/);
    expect(() => parseJson('{"a": 1')).toThrow(SyntaxError);
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(() => parseJson(deep)).not.toThrow();
  });
});

import type { Value } from '../core/space.js';
import { evaluateNode, isTrue, type PythonValue } from './python.js';
import { parsePython } from './python-syntax.js';

type Fail = (reason: string) => never;
type Choices = ReadonlyMap<string, readonly Value[]>;

/** So many configurations of the parameters of one condition are tried. */
const MOST = 4096;

/**
 * A condition of Python's that has no counterpart in expressions of a space (bits of numbers, methods of texts) as the list of
 * the values for which it holds.
 *
 * @param fail called with the reason where it cannot be evaluated, or would be tried too often.
 */
export function listedCondition(text: string, choices: Choices, fail: Fail): string {
  const root = parsePython(text, fail);
  const names = namesIn(root).filter((name) => choices.has(name));
  const count = names.reduce((product, name) => product * (choices.get(name)?.length ?? 0), 1);
  if (count > MOST)
    fail(`it has no counterpart here, and its parameters have ${count} configurations, too many to list`);
  return listed(names, {});

  function listed([name, ...others]: readonly string[], scope: { readonly [name: string]: PythonValue }): string {
    if (name === undefined) return String(isTrue(evaluateNode(root, fail, scope)));
    const values = choices.get(name) ?? [];
    const byRest = new Map<string, Value[]>();
    for (const value of values) {
      const rest = listed(others, { ...scope, [name]: value as PythonValue });
      byRest.set(rest, [...(byRest.get(rest) ?? []), value]);
    }
    const parts = [...byRest]
      .filter(([rest]) => rest !== 'false')
      .map(([rest, own]) => {
        if (own.length === values.length) return rest;
        const inside = `${name} in [${own.map(literal).join(', ')}]`;
        return rest === 'true' ? inside : `${inside} && ${rest}`;
      });
    if (parts.length === 0) return 'false';
    return parts.length === 1 ? (parts[0] as string) : `(${parts.map((part) => `(${part})`).join(' || ')})`;
  }
}

const literal = (value: Value): string =>
  typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&')}'` : String(value);

/** Of parameters whose methods are called, the parameter's. */
function namesIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { kind, name } = node as { readonly kind?: unknown; readonly name?: unknown };
  const inner = Object.values(node).flatMap(namesIn);
  const own =
    (kind === 'name' || kind === 'call') && typeof name === 'string' ? [name, name.replace(/\.[^.]*$/, '')] : [];
  return [...new Set([...own, ...inner])];
}

/**
 * Splits `--techniques`: commas separate techniques, except inside brackets and before an `option=value`, which belongs
 * to the technique before it: `random,greedy-mutation:kind=normal,rate=0.3,bandit:arms=random+tpe` is three.
 */
export function splitTechniqueList(text: string): string[] {
  const specs: string[] = [];
  for (const piece of splitOutsideBrackets(text)) {
    if (/^[\w-]+=/.test(piece) && specs.length > 0) specs[specs.length - 1] += `,${piece}`;
    else specs.push(piece);
  }
  return [...new Set(specs)];
}

function splitOutsideBrackets(text: string): string[] {
  const pieces = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) pieces.push('');
    else pieces[pieces.length - 1] += character;
  }
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '');
}

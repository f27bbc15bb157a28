export type Attributes = { readonly [name: string]: string | number | undefined };

const WITHOUT_CHILDREN = new Set(['img', 'meta', 'br', 'col']);

/**
 * One element of SVG or HTML. Attributes are escaped and numbers rounded to 1/100, so that equal input gives equal text;
 * undefined attributes are left out. Children are markup already: text goes through `text`.
 */
export function element(name: string, attributes: Attributes = {}, ...children: readonly string[]): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : text(String(value))}"`)
    .join('');
  return WITHOUT_CHILDREN.has(name) ? `<${name}${list} />` : `<${name}${list}>${children.join('')}</${name}>`;
}

/** Text that is safe inside elements and quoted attributes; characters that XML forbids are dropped. */
export function text(content: string): string {
  return Array.from(content, (character) => (isForbidden(character) ? '' : (ESCAPES[character] ?? character))).join('');
}

/** A number for coordinates and paths: at most two decimals, never "-0". */
export const rounded = (value: number): string => String(Math.round(value * 100) / 100 + 0);

const ESCAPES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function isForbidden(character: string): boolean {
  const code = character.codePointAt(0) as number;
  return (
    (code < 0x20 && code !== 0x9 && code !== 0xa && code !== 0xd) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0xfffe ||
    code === 0xffff
  );
}

/** The names of all elements in order; throws where the text is not well-formed (nesting, quoting, bare & and <). */
export function checkXml(source: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const token = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let at = 0;
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    at = token.lastIndex;
    const [whole, closing, name = '', attributes = '', empty, content] = match;
    if (/&(?!(?:amp|lt|gt|quot|#39);)/.test(content ?? attributes)) throw new Error(`bare & in ${whole}`);
    const keys = [...attributes.matchAll(/([\w:-]+)="/g)].map(([, key]) => key);
    if (new Set(keys).size !== keys.length) throw new Error(`an attribute twice in ${whole}`);
    if (content !== undefined) continue;
    if (closing === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    names.push(name);
    if (empty !== '/') open.push(name);
  }
  if (at !== source.length) throw new Error(`not XML at ${at}: ${source.slice(at, at + 60)}`);
  if (open.length > 0) throw new Error(`left open: ${open.join(', ')}`);
  return names;
}

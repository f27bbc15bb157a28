/** The parts of a Python literal, and the names that NumPy writes around numbers. */
const TOKEN =
  /\s+|(?<number>[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))|(?<text>[bBuU]?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))|(?<word>[-+]?[A-Za-z_][\w.]*)|(?<mark>[[\](){},:])/sy;

/** What has no number in JSON either is null there. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ...['None', 'nan', 'inf', '-nan', '-inf'].map((word) => [word, 'null'] as const),
]);
/** `np.int64(3)`, `np.float32(0.5)`, `array([1, 2])`: what stands in them is meant. */
const AROUND = /^(?:(?:np|numpy)\.)?(?:u?int\d*|float\d*|array|OrderedDict)$/;
const OPENING: { readonly [closing: string]: string } = { ']': '[', '}': '{', ')': '(' };

/**
 * A dictionary, list or tuple as Python writes it (`str(value)`), as JSON: tuples are lists, bytes are texts. Nothing is
 * evaluated.
 * @throws SyntaxError for what is no such literal
 */
export function jsonOfPython(literal: string): string {
  const json: string[] = [];
  /** What is open: a bracket, or a name of NumPy's before one that leaves no trace. */
  const open: string[] = [];
  const fail = (at: number): never => {
    throw new SyntaxError(`it is no literal of Python's from ${JSON.stringify(literal.slice(at, at + 20))} on`);
  };
  let around = false;
  TOKEN.lastIndex = 0;
  for (let at = 0; at < literal.length; at = TOKEN.lastIndex) {
    const groups = TOKEN.exec(literal)?.groups ?? fail(at);
    const { number, text, word, mark } = groups;
    const wasAround = around;
    around = false;
    if (wasAround && mark !== '(') fail(at);
    if (number !== undefined) json.push(jsonNumber(number));
    else if (text !== undefined) json.push(JSON.stringify(unescaped(text)));
    else if (word !== undefined) {
      const value = WORDS.get(word);
      around = value === undefined && AROUND.test(word);
      if (value !== undefined) json.push(value);
      else if (!around) fail(at);
    } else if (mark === '[' || mark === '{' || mark === '(') {
      open.push(wasAround ? 'around' : mark);
      if (!wasAround) json.push(mark === '(' ? '[' : mark);
    } else if (mark === ']' || mark === '}' || mark === ')') {
      // A comma may stand behind the last one.
      if (json.at(-1) === ',') json.pop();
      const opened = open.pop();
      if (opened === OPENING[mark]) json.push(mark === ')' ? ']' : mark);
      else if (!(opened === 'around' && mark === ')')) fail(at);
    } else if (mark !== undefined) json.push(mark);
  }
  if (open.length > 0) fail(literal.length);
  return json.join(' ');
}

const jsonNumber = (text: string): string => String(Number(text.replaceAll('_', '')));

const ESCAPES: { readonly [sign: string]: string } = { n: '\n', r: '\r', t: '\t', '\n': '' };

function unescaped(text: string): string {
  const quoted = text.replace(/^[bBuU]/, '').slice(1, -1);
  return quoted.replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|(.))/gis, (_, byte?: string, unit?: string, sign = '') => {
    const code = byte ?? unit;
    return code === undefined ? (ESCAPES[sign] ?? sign) : String.fromCharCode(Number.parseInt(code, 16));
  });
}

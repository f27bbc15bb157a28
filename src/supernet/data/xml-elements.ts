import { DataError } from '../../errors.js';
import { chunksOf } from './data-files.js';

/** An element without its text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Bytes of the file: from `start` to before `end`. */
  readonly start: number;
  readonly end: number;
}

/** No image and no mark of an annotation file is near this. */
const ELEMENT_BYTES = 2 ** 26;
const MARK_BYTES = 2 ** 24;
/** Annotations are nested in a handful of elements. */
const DEPTH = 64;

const [LESS, GREATER, QUOTE, APOSTROPHE] = [0x3c, 0x3e, 0x22, 0x27];
/** Marks that are passed over, with their ends. */
const PASSED = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;

/**
 * Walks the elements inside the root of an XML file in UTF-8 with memory for one of them at a time. Documents that define
 * entities are refused: nothing is expanded.
 * @throws DataError naming the byte at which the file is broken or ends too early
 */
export async function* xmlElements(path: string): AsyncGenerator<XmlElement> {
  const scan = createScanner(path, 1);
  for await (const chunk of chunksOf(path)) yield* scan.chunk(chunk);
  scan.end();
}

/** One element from its bytes in the file, which `xmlElements` gave the place of. */
export function parseXmlElement(bytes: Buffer, path: string): XmlElement {
  const scan = createScanner(path, 0);
  const [element] = [...scan.chunk(bytes)];
  scan.end();
  return element as XmlElement;
}

type Open = { -readonly [member in keyof XmlElement]: XmlElement[member] } & { children: XmlElement[] };

/** Gives every element that is inside `level` others. */
function createScanner(path: string, level: number) {
  const open: Open[] = [];
  let finished = false;
  let pending: Buffer = Buffer.alloc(0);
  /** The place of the first pending byte. */
  let base = 0;

  const broken = (at: number, what: string) =>
    new DataError('DATA_ANNOTATION', `${path} is broken at byte ${at}: ${what}`, { remedy: 'copy the file again' });

  function* close(end: number): Generator<XmlElement> {
    const element = open.pop() as Open;
    element.end = end;
    if (open.length === level) yield element;
    else if (open.length > level) open.at(-1)?.children.push(element);
    finished = open.length === 0;
  }

  function* mark(text: string, start: number, end: number): Generator<XmlElement> {
    if (finished) throw broken(start, 'something follows the end');
    if (text.startsWith('</')) {
      const name = text.slice(2, -1).trim();
      if (open.at(-1)?.name !== name) throw broken(start, `</${name}> closes nothing`);
      yield* close(end);
      return;
    }
    const name = /^<([^\s/>]+)/.exec(text)?.[1];
    if (name === undefined || name.startsWith('!')) throw broken(start, 'it defines entities or is no XML');
    const outer = open[level];
    if (outer !== undefined && end - outer.start > ELEMENT_BYTES)
      throw broken(start, 'an element is larger than 64 MiB');
    if (open.length === DEPTH) throw broken(start, `it is nested deeper than ${DEPTH} elements`);
    open.push({ name, attributes: attributesOf(text), children: [], start, end });
    if (text.endsWith('/>')) yield* close(end);
  }

  function* chunk(bytes: Buffer): Generator<XmlElement> {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    let at = 0;
    for (;;) {
      const next = pending.indexOf(LESS, at);
      const text = pending.subarray(at, next < 0 ? pending.length : next);
      if (open.length === 0 && /[^\s\uFEFF]/.test(text.toString('utf8'))) throw broken(base + at, 'it is no XML');
      at = next < 0 ? pending.length : next;
      const end = next < 0 ? -1 : endOfMark(pending, at);
      if (end < 0) break;
      const isPassed = PASSED.some(([begin]) => pending.toString('latin1', at, at + begin.length) === begin);
      const isDoctype = /^<!DOCTYPE[^[]*>$/.test(pending.toString('latin1', at, Math.min(end, at + 1024)));
      if (!isPassed && !isDoctype) yield* mark(pending.toString('utf8', at, end), base + at, base + end);
      at = end;
    }
    pending = pending.subarray(at);
    base += at;
    if (pending.length > MARK_BYTES) throw broken(base, 'one mark is larger than 16 MiB');
  }

  return {
    chunk,
    end: () => {
      if (!finished) throw broken(base + pending.length, 'the file ends too early');
    },
  };
}

/** The place after the mark that begins at `at`; -1 for one that has not ended yet. */
function endOfMark(bytes: Buffer, at: number): number {
  for (const [begin, end] of PASSED) {
    // What is too short to be told apart ends later.
    if (bytes.toString('latin1', at, at + begin.length) !== begin) continue;
    const found = bytes.indexOf(end, at + begin.length);
    return found < 0 ? -1 : found + end.length;
  }
  if (bytes.length - at < '<![CDATA['.length && bytes[at + 1] === 0x21) return -1;
  let quote = 0;
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (quote !== 0) quote = byte === quote ? 0 : quote;
    else if (byte === QUOTE || byte === APOSTROPHE) quote = byte;
    else if (byte === GREATER) return i + 1;
  }
  return -1;
}

function attributesOf(mark: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  // Sticky, so that a mark of any kind is read in one pass.
  const attribute = /([^\s=<>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/y;
  for (let at = 1; at < mark.length; ) {
    attribute.lastIndex = at;
    const [whole = ' ', name = '', double, single] = attribute.exec(mark) ?? [];
    const value = double ?? single;
    if (value !== undefined) attributes.set(name, unescapeXml(value));
    at += whole.length;
  }
  return attributes;
}

const NAMED: { readonly [entity: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescapeXml = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[`${name}`] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { crc32, inflate } from 'node:zlib';

/** The numbers that a PNG stores, before palettes, transparency and colour management make colours of them. */
export interface PngSamples {
  readonly width: number;
  readonly height: number;
  /** 1 grey or palette index, 2 with alpha, 3 RGB, 4 RGBA. */
  readonly channels: number;
  /** Whether the palette is that of PASCAL VOC, whose index 255 is a void between objects. */
  readonly isVoc: boolean;
  /** Of a palette, by index: `[red, green, blue, opacity]`. */
  readonly colours: readonly Colour[];
  /** `[height, width, channels]`, as stored: 0 or 1 where a sample has one bit. */
  readonly samples: Uint8Array | Uint16Array;
}

/** Of 8 bits each. */
export type Colour = readonly [red: number, green: number, blue: number, opacity: number];

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CHANNELS: { readonly [colourType: number]: number } = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Colours by which VOC's palette is known: those of the first two objects and of the void. */
const VOC = [
  [1, '800000'],
  [2, '008000'],
  [255, 'e0e0c0'],
] as const;
/** The largest picture that is read, that of the library which reads the others. */
const LARGEST = 0x3fff ** 2;
/** Bytes decoded between two turns of the event loop. */
const TURN_BYTES = 2 ** 21;
/** Adam7: first column and row, steps between columns and rows. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.equals(bytes.subarray(0, SIGNATURE.length));

/** Decodes a PNG of any kind (W3C PNG, third edition). Throws an `Error` that says what is broken. */
export async function readPngSamples(bytes: Buffer): Promise<PngSamples> {
  const { header, data, isVoc, colours } = readChunks(bytes);
  const { width, height, depth, colourType, interlaced } = header;
  const channels = CHANNELS[colourType];
  if (channels === undefined || ![1, 2, 4, 8, 16].includes(depth)) throw new Error('its header is broken');
  if (width === 0 || height === 0 || width * height > LARGEST) throw new Error(`it is ${width}x${height}`);
  const layout = { depth, channels, bits: depth * channels };
  const passes = interlaced ? PASSES : ([[0, 0, 1, 1]] as const);
  const sizes = passes.map(([x, y, dx, dy]) => [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)] as const);
  const expected = sizes.reduce((sum, [w, h]) => sum + (w > 0 ? h * (1 + Math.ceil((w * layout.bits) / 8)) : 0), 0);
  const raw: Buffer = await promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate)(data, {
    maxOutputLength: expected + 2 ** 16,
  });
  if (raw.length < expected) throw new Error('it is cut off');
  const samples = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * channels);
  let at = 0;
  let busy = 0;
  for (const [pass, [x, y, dx, dy]] of passes.entries()) {
    const [w, h] = sizes[pass] as readonly [number, number];
    if (w <= 0 || h <= 0) continue;
    const rowBytes = Math.ceil((w * layout.bits) / 8);
    for (let row = 0; row < h; row++) {
      busy += rowBytes;
      if (busy > TURN_BYTES) {
        busy = 0;
        await setImmediate();
      }
      const start = at + row * (rowBytes + 1) + 1;
      unfilter(raw, start, rowBytes, row > 0, Math.max(1, layout.bits >> 3));
      for (let i = 0; i < w * channels; i++) {
        const column = x + Math.floor(i / channels) * dx;
        samples[((y + row * dy) * width + column) * channels + (i % channels)] = sampleAt(raw, start, i, depth);
      }
    }
    at += h * (rowBytes + 1);
  }
  const isPalette = colourType === 3;
  return { width, height, channels, isVoc: isVoc && isPalette, colours: isPalette ? colours : [], samples };
}

function sampleAt(raw: Buffer, start: number, i: number, depth: number): number {
  if (depth === 8) return raw[start + i] as number;
  if (depth === 16) return raw.readUInt16BE(start + 2 * i);
  const bit = i * depth;
  return ((raw[start + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

/** Undoes the filter of a row in place; `pixel` is the distance in bytes to the pixel on the left. */
function unfilter(raw: Buffer, start: number, rowBytes: number, hasAbove: boolean, pixel: number): void {
  const kind = raw[start - 1] as number;
  if (kind > 4) throw new Error(`a row has the unknown filter ${kind}`);
  if (kind === 0) return;
  for (let i = 0; i < rowBytes; i++) {
    const left = i >= pixel ? (raw[start + i - pixel] as number) : 0;
    const above = hasAbove ? (raw[start + i - rowBytes - 1] as number) : 0;
    const corner = hasAbove && i >= pixel ? (raw[start + i - rowBytes - 1 - pixel] as number) : 0;
    raw[start + i] = (raw[start + i] as number) + predict(kind, left, above, corner);
  }
}

function predict(kind: number, left: number, above: number, corner: number): number {
  if (kind === 1) return left;
  if (kind === 2) return above;
  if (kind === 3) return (left + above) >> 1;
  const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function readChunks(bytes: Buffer) {
  let header: { width: number; height: number; depth: number; colourType: number; interlaced: boolean } | undefined;
  const data: Buffer[] = [];
  let isVoc = false;
  let [palette, opacities]: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length < length || at + 12 + length > bytes.length) break;
    // What pictures need is held to its checksum, as other readers do; chunks in small letters may be passed over.
    if (/^[A-Z]/.test(type) && crc32(bytes.subarray(at + 4, at + 8 + length)) !== bytes.readUInt32BE(at + 8 + length)) {
      throw new Error(`its part ${type} is damaged`);
    }
    if (type === 'IHDR' && length >= 13) {
      header = {
        width: content.readUInt32BE(0),
        height: content.readUInt32BE(4),
        depth: content[8] as number,
        colourType: content[9] as number,
        interlaced: content[12] === 1,
      };
    } else if (type === 'PLTE') {
      palette = content;
      isVoc = VOC.every(([i, colour]) => content.toString('hex', 3 * i, 3 * i + 3) === colour);
    } else if (type === 'tRNS') opacities = content;
    else if (type === 'IDAT') data.push(content);
    else if (type === 'IEND') break;
    at += 12 + length;
  }
  if (header === undefined) throw new Error('it has no header');
  if (data.length === 0) throw new Error('it has no pixels');
  const colours = Array.from({ length: Math.floor(palette.length / 3) }, (_, i): Colour => {
    const [red = 0, green = 0, blue = 0] = palette.subarray(3 * i, 3 * i + 3);
    return [red, green, blue, opacities[i] ?? 255];
  });
  return { header, data: Buffer.concat(data), isVoc, colours };
}

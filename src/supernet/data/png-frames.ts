/** Length, type and check sum around a chunk's data. */
const AROUND = 12;
const SIGNATURE = 8;

/** How many frames a PNG has: those of an animated one, whose decoders show the first, stand in its acTL chunk before the first pixels. */
export function pngFrames(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE; at + AROUND <= bytes.length; at += AROUND + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'acTL' && at + AROUND + 4 <= bytes.length) return view.getUint32(at + 8);
    if (type === 'IDAT') return 1;
  }
  return 1;
}
